def migrate(cr, version):
    """The dialogue that gave exceptions to agents is gone: one gives work of every kind.

    Its rule is kept from updates, and tables of models that are gone stay where they are.
    """
    if not version:
        return
    cr.execute(
        """WITH gone AS (
               DELETE FROM ir_model_data
                WHERE module = 'logistics_customer_service' AND model = 'ir.rule'
                  AND name = 'logistics_exception_assign_rule_own'
            RETURNING res_id)
           DELETE FROM ir_rule USING gone WHERE ir_rule.id = gone.res_id"""
    )
    cr.execute(
        "DROP TABLE IF EXISTS logistics_exception_logistics_exception_assign_rel, logistics_exception_assign"
    )
