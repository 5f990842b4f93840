"""What customers may send along: which kinds, how many, how large."""

from odoo.http import request
from odoo.tools.mimetypes import guess_mimetype

from ...tools.foundation.received import clean_line

MAX_FILES = 5
MEGABYTE = 1024 * 1024
MAX_FILE = 10 * MEGABYTE
MAX_FORM = 32 * MEGABYTE
MAX_TEXT = 5000

# By the end of the name, what the content has to be. Nothing here is run by a browser or an office
# program on opening.
KINDS = {
    "jpg": ("image/jpeg",),
    "jpeg": ("image/jpeg",),
    "png": ("image/png",),
    "webp": ("image/webp",),
    "gif": ("image/gif",),
    "pdf": ("application/pdf",),
    "txt": ("text/plain",),
    "docx": (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/zip",
    ),
    "xlsx": (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/zip",
    ),
}
# pictures and films of telephones: a container that says so itself
CONTAINERS = ("heic", "mp4", "mov")
ACCEPT = ",".join(f".{ending}" for ending in (*KINDS, *CONTAINERS))


def read_files():
    """Return the request's files and what is wrong with them.

    :return: pairs of name and bytes, and a sentence for the customer or None
    """
    sent = [one for one in request.httprequest.files.getlist("files") if one.filename]
    if len(sent) > MAX_FILES:
        return [], request.env._("Please send no more than %s files.", MAX_FILES)
    files = []
    for one in sent:
        name = clean_line(one.filename.replace("\\", "/").rsplit("/", 1)[-1])
        one.stream.seek(0)  # a request that is tried again comes with files read to their ends
        data = one.stream.read(MAX_FILE + 1)
        if len(data) > MAX_FILE:
            limit = MAX_FILE // MEGABYTE
            return [], request.env._("%(name)s is larger than %(limit)s MB.", name=name, limit=limit)
        if not _is_allowed(name, data):
            return [], request.env._(
                "%s cannot be taken. Please send pictures, PDF, Word or Excel files, text or short films.",
                name,
            )
        files.append((name, data))
    return files, None


def _is_allowed(name, data):
    ending = name.rsplit(".", 1)[-1].lower()
    if ending in CONTAINERS:
        return data[4:8] == b"ftyp"
    if ending == "txt":
        return b"\0" not in data
    return guess_mimetype(data, default="") in KINDS.get(ending, ())
