-- What a customer or a carrier holds opens and signs nothing in a copy: links are made for another database,
-- and what is known of older ones is forgotten
INSERT INTO ir_config_parameter (key, value)
VALUES ('logistics_customer_service.neutralised', gen_random_uuid())
    ON CONFLICT (key) DO UPDATE SET value = gen_random_uuid();
UPDATE logistics_complaint
   SET access_token = NULL
 WHERE access_token IS NOT NULL;
-- Customers are told, asked and greeted by the original alone, even where somebody starts the jobs again
UPDATE res_company
   SET logistics_notify = false, logistics_survey = false, logistics_care = false;
-- It sends nothing, opens no link and calls no carrier until an administrator makes it the original
INSERT INTO ir_config_parameter (key, value)
VALUES ('logistics_customer_service.original', 'none')
    ON CONFLICT (key) DO UPDATE SET value = 'none';
