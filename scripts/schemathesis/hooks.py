"""What schemathesis can't know by itself: NDJSON, and which rules the demo can make."""

import zlib

import schemathesis

# Of the Slack sandbox; public, and good for nothing else.
TOKEN = "xoxb-sandbox-leadbell-full-0001"


@schemathesis.serializer("application/x-ndjson")
def ndjson(context, value):
    return {"data": value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")}


@schemathesis.hook
def before_call(context, case, **kwargs):
    """Makes every other rule that fits the schema one that the demo accepts: by chance none ever is."""
    operation = context.operation.definition.raw.get("operationId")
    if operation not in ("createRule", "replaceRule") or not isinstance(case.body, dict):
        return
    if not case.meta or not case.meta.generation.mode.is_positive:
        return
    if zlib.crc32(repr(case.body).encode("utf-8", "surrogatepass")) % 2:
        return
    case.body |= {"level": "product", "entity_id": "218", "trigger": "lms.lead_sold", "preset_id": None}
    case.body |= {"include_duplicates": False, "filters": {"publisher": {"any_of": ["1044"]}}}
    action = {"auth_token": TOKEN, "target": {"channel_id": "C0SALES01"}, "text": "Lead {{lead_id}}"}
    case.body["action"] = action
