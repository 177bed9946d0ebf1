#!/usr/bin/env python3
"""What Python's standard library reads in mails and feeds: an opinion that is not ours, one JSON line a file.

usage: semantics.py mail|feed < list of files, one a line
"""
import datetime
import email
import email.policy
import email.utils
import html.parser
import json
import sys
import xml.etree.ElementTree as xml


class Words(html.parser.HTMLParser):
    """The text of a page, without what is not shown."""

    def __init__(self):
        super().__init__()
        self.out, self.skip = [], 0

    def handle_starttag(self, tag, attrs):
        self.out.append(" ")
        if tag in ("script", "style", "title", "head"):
            self.skip += 1

    def handle_endtag(self, tag):
        self.out.append(" ")
        if tag in ("script", "style", "title", "head"):
            self.skip = max(0, self.skip - 1)

    def handle_data(self, data):
        if not self.skip:
            self.out.append(data)


def page(source):
    words = Words()
    words.feed(source)
    words.close()
    return "".join(words.out)


def utc(t):
    if t is None:
        return None
    if t.tzinfo is None:
        t = t.replace(tzinfo=datetime.timezone.utc)
    return t.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def texts(part):
    """The texts of a message; of several forms the plain one, if it has words."""
    kind = part.get_content_type()
    if kind == "multipart/alternative":
        forms = [(p.get_content_type(), texts(p)) for p in part.iter_parts()]
        plain = [t for k, t in forms if k == "text/plain" and t.strip()]
        return "\n".join(plain or (t for _, t in forms))
    if part.is_multipart():
        if kind == "message/rfc822" or part.get_content_disposition() == "attachment":
            return ""
        return "\n".join(texts(p) for p in part.iter_parts())
    if part.get_content_maintype() != "text" or part.get_content_disposition() == "attachment" or kind in ("text/calendar", "text/rfc822-headers"):
        return ""
    text = part.get_content()
    return page(text) if kind == "text/html" else text


def mail(data):
    message = email.message_from_bytes(data, policy=email.policy.default)
    out = {}
    if message["date"] is not None:
        out["date"] = utc(message["date"].datetime)
    if message["from"] is not None and message["from"].addresses:
        first = message["from"].addresses[0]
        out["from"], out["name"] = first.addr_spec.lower(), first.display_name
    if message["subject"] is not None:
        out["subject"] = str(message["subject"])
    out["text"] = texts(message)
    # Bytes that it cannot read are no opinion, nor is an address without a host.
    out = {k: v for k, v in out.items() if v and "\ufffd" not in v}
    if not out.get("from", "@.").partition("@")[2].strip(">"):
        del out["from"]
    return out


def local(element):
    return element.tag.rsplit("}", 1)[-1].lower() if isinstance(element.tag, str) else ""


def child(entry, *names):
    for name in names:
        for c in entry:
            if local(c) == name:
                return c
    return None


def when(text):
    text = text.strip()
    try:
        return utc(datetime.datetime.fromisoformat(text))
    except ValueError:
        pass
    try:
        return utc(email.utils.parsedate_to_datetime(text))
    except (ValueError, TypeError):
        return None


def link(entry):
    own = child(entry, "origlink")  # FeedBurner's word for the address that it hides
    if own is not None and own.text:
        return own.text.strip()
    found = [c for c in entry if local(c) == "link"]
    for c in found:
        if c.get("href") and c.get("rel", "alternate") == "alternate":
            return c.get("href").strip()
    for c in found:
        if (c.text or "").strip():
            return c.text.strip()
    return None


def feed(data):
    root = xml.fromstring(data)
    entries = []
    for entry in root.iter():
        if local(entry) not in ("item", "entry"):
            continue
        out = {"link": link(entry)}
        title = child(entry, "title")
        if title is not None and len(title) == 0 and title.text and title.get("type", "text") == "text":
            out["title"] = page(title.text)
        date = child(entry, "pubdate", "published", "issued")
        if date is None:
            date = child(entry, "date", "updated", "modified")
        if date is not None and date.text:
            out["date"] = when(date.text)
        entries.append(out)
    return {"entries": entries}


def main():
    read = {"mail": mail, "feed": feed}[sys.argv[1]]
    for name in sys.stdin.read().split("\n"):
        if not name:
            continue
        try:
            with open(name, "rb") as f:
                out = read(f.read())
        except Exception as e:  # it has no opinion
            out = {"error": type(e).__name__ + ": " + str(e)}
        out["file"] = name
        print(json.dumps(out))


main()
