-- What a customer or a carrier holds opens and signs nothing in a copy: other secrets, nobody has been told
UPDATE logistics_tracking_link
   SET secret = left(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 22);
UPDATE logistics_survey_counter
   SET secret = left(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 22);
UPDATE logistics_survey_request
   SET secret = left(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 22)
 WHERE secret IS NOT NULL;
UPDATE logistics_notice
   SET secret = left(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 22)
 WHERE secret IS NOT NULL;
UPDATE logistics_greeting
   SET secret = left(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 22)
 WHERE secret IS NOT NULL;
UPDATE logistics_result_letter
   SET token = replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '')
 WHERE token IS NOT NULL;
UPDATE logistics_service_team
   SET form_token = replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '')
 WHERE form_token IS NOT NULL;
UPDATE logistics_complaint
   SET access_token = NULL
 WHERE access_token IS NOT NULL;
UPDATE logistics_carrier_key
   SET secret = replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
-- Customers are told, asked and greeted by the original alone, even where somebody starts the jobs again
UPDATE res_company
   SET logistics_notify = false, logistics_survey = false, logistics_care = false;
-- It sends nothing, opens no link and calls no carrier until an administrator makes it the original
INSERT INTO ir_config_parameter (key, value)
VALUES ('logistics_customer_service.original', 'none')
    ON CONFLICT (key) DO UPDATE SET value = 'none';
