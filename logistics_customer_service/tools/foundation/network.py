"""What of an address belongs to one client. No Odoo."""

import ipaddress


def get_network(address):
    """Return what one client holds: an IPv4 address, or the 64 bits that an IPv6 client owns.

    :param address: text as the server sees it; what is no address is returned as it is
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    mapped = parsed.ipv4_mapped
    return str(mapped or ipaddress.ip_network((int(parsed), 64), strict=False))
