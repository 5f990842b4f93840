{
    "name": "Logistics Customer Service: Kits",
    "version": "19.0.1.0.0",
    "category": "Services/Logistics Customer Service",
    "summary": "Kits, which are sold as one and moved as their components",
    "author": "Logistics Customer Service contributors",
    "license": "LGPL-3",
    "depends": ["logistics_customer_service", "sale_mrp"],
    "auto_install": True,
}
