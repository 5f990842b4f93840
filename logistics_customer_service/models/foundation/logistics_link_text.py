from collections import defaultdict

from odoo import api, models
from odoo.tools import ormcache

from ...tools.foundation.link_patterns import LENGTH, MASK, compile_links, get_path


class LogisticsLinkText(models.AbstractModel):
    """Links of ours in texts: what is kept bears a mask in place of the secret.

    Nobody who reads a mail, a message or a dump of the database can open a link by it. With the text
    it is kept which links were in it (``logistics_links``, nobody's to write): the mail and the SMS
    that go out bear them.
    """

    _name = "logistics.link.text"
    _description = "Links in Texts"

    # === BUSINESS METHODS ===#

    @api.model
    def _mask(self, texts):
        """Mask the links that open something.

        :param texts: list of texts, HTML or not, or what has none
        :return: pairs of the text and its links, each a list of model and id
        """
        pattern = self._get_patterns()[0]
        places = [list(pattern.finditer(text)) if text else [] for text in texts]
        if not any(places):
            return [(text, []) for text in texts]
        held = self._find_links(place for found in places for place in found)
        return [_put(text, found, held) for text, found in zip(texts, places, strict=True)]

    @api.model
    def _mask_text(self, text):
        """Return one text without the secrets of links."""
        return self._mask([text])[0][0]

    @api.model
    def _unmask(self, texts, links):
        """Return texts with the links that they bear; what somebody else wrote like them stays a mask.

        :param texts: list of texts, or what has none
        :param links: list of model and id, as ``_mask`` returns it
        """
        tokens = self._get_tokens(links) if any(MASK in (text or "") for text in texts) else {}
        if not tokens:
            return list(texts)
        doors, pattern = self._get_doors(), self._get_patterns()[1]

        def show(place):
            token = tokens.get((doors[get_path(place["path"])], int(place["id"])), "")
            same = token.startswith(place["handle"])
            return place["path"] + place["slash"] + token if token and same else place[0]

        return [pattern.sub(show, text) if text else text for text in texts]

    @api.model
    def _get_tokens(self, links):
        """Return the token of each link whose record is there, by model and id."""
        ids = defaultdict(set)
        for model, record_id in links or ():
            ids[model].add(record_id)
        # nobody is told but whoever the text goes to
        found = [self.env[model].sudo().browse(sorted(of_model)).exists() for model, of_model in ids.items()]
        return {(one._name, one.id): one._get_token() for records in found for one in records}

    @api.model
    def _find_links(self, places):
        """Return the record of each path and token that opens something: one query a model."""
        tokens = defaultdict(set)
        for place in places:
            door = get_path(place["path"])
            tokens[self._get_doors()[door]] |= {place["token"], place["token"][:LENGTH]}
        held = {}
        for model, asked in tokens.items():
            # whoever has a link may be shown that it is one
            records = self.env[model].sudo().with_context(active_test=False)
            for token, record in records._find_all_held(asked).items():
                held[model, token] = record
        doors = self._get_doors()
        return {door: {token: one for (name, token), one in held.items() if name == model and one}
                for door, model in doors.items()}

    # === WHERE LINKS LEAD ===#

    @api.model
    @ormcache()
    def _get_doors(self):
        """Return the models whose records links open, by the beginning of the path."""
        mixin = self.pool["logistics.secret.mixin"]
        return {
            path: name
            for name, model in self.pool.items()
            if issubclass(model, mixin)
            for path in model._link_paths
        }

    @api.model
    def _get_patterns(self):
        """Return how a link and a masked link look."""
        return compile_links(tuple(sorted(self._get_doors())))


def _put(text, places, held):
    """Return the text with masks, and whose links they are."""
    parts, links, end = [], [], 0
    for place in places:
        of_door = held[get_path(place["path"])]
        token = next((one for one in (place["token"], place["token"][:LENGTH]) if one in of_door), None)
        if token:
            record = of_door[token]
            start = place.start("token")
            parts += [text[end:start], f"{record.handle}{MASK}{record.id}"]
            end = start + len(token)
            links.append([record._name, record.id])
    if not links:
        return text, []
    # what was marked as HTML stays so
    return type(text)("").join([*map(type(text), parts), text[end:]]), links
