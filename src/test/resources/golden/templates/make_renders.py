"""Writes renders.json: what Jinja, set up as Hugging Face's apply_chat_template, makes of the
templates in this folder. Run here with jinja2 3.1 installed."""

import datetime
import glob
import json
import os

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

CONVERSATIONS = {
    "single": [["user", "Hello, how are you?"]],
    "system": [["system", "  Be brief. "], ["user", 'Say "<b>&amp;</b>" {{ x }} {% if %}']],
    "turns": [["user", " Hi "], ["assistant", " Hello\n "], ["user", "¿Qué tal? 😀"]],
    "system_turns": [["system", "S"], ["user", "u1"],
                     ["assistant", "<think>\nhm\n</think>\n\na1"], ["user", "u2"]],
    "tool": [["user", "q"], ["assistant", "call"], ["tool", "42 é"], ["tool", "43"]],
    "bad_order": [["assistant", "x"], ["user", "y"]],
}


def raise_exception(message):
    raise jinja2.exceptions.TemplateError(message)


def render(source, messages, generation):
    env = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
    env.filters["tojson"] = lambda value: json.dumps(value, ensure_ascii=False)
    env.globals["raise_exception"] = raise_exception
    now = datetime.datetime(2026, 1, 5, 12)
    env.globals["strftime_now"] = now.strftime
    try:
        return {"text": env.from_string(source).render(
            messages=[{"role": r, "content": c} for r, c in messages],
            bos_token="<s>", eos_token="</s>", add_generation_prompt=generation)}
    except jinja2.exceptions.TemplateError as error:
        return {"error": str(error)}


renders = []
for file in sorted(glob.glob("*.jinja")):
    for name, messages in CONVERSATIONS.items():
        for generation in (True, False):
            renders.append({"template": file, "conversation": name, "messages": messages,
                            "generation_prompt": generation,
                            **render(open(file).read(), messages, generation)})
with open("renders.json", "w") as out:
    json.dump(renders, out, ensure_ascii=False, indent=1)
    out.write("\n")
