def migrate(cr, version):
    """Have bridges installed whose apps are: what installs itself does so with new apps only."""
    if not version:
        return
    cr.execute(
        """UPDATE ir_module_module SET state = 'to install'
            WHERE name = 'logistics_customer_service_mrp' AND state = 'uninstalled'
              AND EXISTS (SELECT FROM ir_module_module
                           WHERE name = 'sale_mrp' AND state IN ('installed', 'to upgrade'))"""
    )
