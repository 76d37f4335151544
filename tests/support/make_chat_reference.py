"""Writes tests/data/chat: templates with the constructs of Qwen3's and Llama 3's, and what transformers' apply_chat_template
makes of them.

    PYTHON tests/support/make_chat_reference.py OUT                       # needs transformers; the committed data
    PYTHON tests/support/make_chat_reference.py OUT --tokenizer DIR       # of the template in DIR/tokenizer_config.json
"""

import argparse
import json
import pathlib

from transformers import PreTrainedTokenizerFast
from tokenizers import Tokenizer, models

# Written for this test after the constructs of Qwen3's: namespaces, reversed slices, methods of strings, thinking.
THINKING = """{%- if messages[0].role == 'system' %}
    {{- '<|turn|>system\\n' + messages[0].content + '<|end|>\\n' }}
{%- endif %}
{%- set ns = namespace(search=true, last_user=messages|length - 1) %}
{%- for message in messages[::-1] %}
    {%- set index = (messages|length - 1) - loop.index0 %}
    {%- if ns.search and message.role == "user" and not(message.content.startswith('<result>') and message.content.endswith('</result>')) %}
        {%- set ns.search = false %}
        {%- set ns.last_user = index %}
    {%- endif %}
{%- endfor %}
{%- for message in messages %}
    {%- if (message.role == "user") or (message.role == "system" and not loop.first) %}
        {{- '<|turn|>' + message.role + '\\n' + message.content + '<|end|>' + '\\n' }}
    {%- elif message.role == "assistant" %}
        {%- set content = message.content %}
        {%- set thoughts = '' %}
        {%- if message.thoughts is defined and message.thoughts is not none %}
            {%- set thoughts = message.thoughts %}
        {%- elif '</think>' in message.content %}
            {%- set content = message.content.split('</think>')[-1].lstrip('\\n') %}
            {%- set thoughts = message.content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') %}
        {%- endif %}
        {%- if loop.index0 > ns.last_user and (loop.last or (not loop.last and thoughts)) %}
            {{- '<|turn|>' + message.role + '\\n<think>\\n' + thoughts.strip('\\n') + '\\n</think>\\n\\n' + content.lstrip('\\n') }}
        {%- else %}
            {{- '<|turn|>' + message.role + '\\n' + content }}
        {%- endif %}
        {{- '<|end|>\\n' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|turn|>assistant\\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}
        {{- '<think>\\n\\n</think>\\n\\n' }}
    {%- endif %}
{%- endif %}
"""

# After Llama 3's: bos_token, trim, a slice of the messages, blocks that are on separate lines, comments.
HEADERS = """{# headers #}
{{- bos_token }}
{% if messages[0]['role'] == 'system' %}
    {% set system_message = messages[0]['content']|trim %}
    {% set messages = messages[1:] %}
{% else %}
    {% set system_message = "" %}
{% endif %}
{{- "<|start|>system<|stop|>\\n\\n" }}
{%- if tools is not none %}
    {{- raise_exception("no tools here") }}
{%- endif %}
{{ system_message ~ (1 + 2 * 3) // 2 ~ (7 % 4) }}{{ '' if system_message else ' (none)' }}
  {%+ if true %}kept{% endif %}
{%- for message in messages if message.role != 'tool' %}
    {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}
        {{- raise_exception('roles must alternate: ' + message['role']) }}
    {%- endif %}
    {{- '<|start|>' + message['role'] + '<|stop|>\\n\\n' + message['content'] | trim + eos_token }}
    {%- if not loop.last and loop.nextitem.role == 'assistant' %}{{ "\\n" }}{% endif %}
{%- else %}
    nothing said
{%- endfor %}
{% set tail %}{{ {'a': [1, 2.5, none, "ü\\n"], "b": {}} | tojson }} {{ ['x', 'y'] | join('-') }}{% endset %}
{{ tail }} {{ messages | length }} {{ [1, 2, 3][-1] }} {{ 'abc'[::-1] }} {{ "a,b".split(",") | last | upper }}
{% for key, value in {"k": "v"}.items() %}{{ key }}={{ value }} {{ loop.first }}{% endfor %}

{% if add_generation_prompt %}{{ '<|start|>assistant<|stop|>\\n\\n' }}{% endif %}
"""

CONVERSATIONS = [
    [("user", "Hello")],
    [("system", " Be brief. "), ("user", "Hello"), ("assistant", "Hi!"), ("user", "And now?\n")],
    [("user", "Think"), ("assistant", "<think>\nlong\n</think>\n\nDone"), ("user", "Again"), ("assistant", "<think>\nx\n</think>\n\nYes")],
    [("system", "Ünïcode “quotes” 'single'"), ("user", "a\n\nb"), ("assistant", ""), ("user", "<result>1</result>")],
    [("user", "one"), ("user", "two")],
]


def expected(tokenizer):
    for conversation in CONVERSATIONS:
        messages = [{"role": role, "content": content} for role, content in conversation]
        for thinking in (True, False):
            for prompt in (True, False):
                try:
                    text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=prompt, enable_thinking=thinking)
                except Exception as error:  # raise_exception of the template
                    assert "TemplateError" in type(error).__name__, error
                    text = None
                yield {"messages": messages, "thinking": thinking, "generation_prompt": prompt, "text": text}


def plain_tokenizer(template):
    return PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.BPE()), bos_token="<s>", eos_token="</s>", chat_template=template)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("out", type=pathlib.Path)
    arguments.add_argument("--tokenizer", type=pathlib.Path)
    options = arguments.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    if options.tokenizer:
        config = json.loads((options.tokenizer / "tokenizer_config.json").read_text())
        cases = list(expected(plain_tokenizer(config["chat_template"])))
        (options.out / "expected.json").write_text(json.dumps(cases, ensure_ascii=False, indent=1))
        return
    for name, template in {"thinking": THINKING, "headers": HEADERS}.items():
        folder = options.out / name
        folder.mkdir(exist_ok=True)
        (folder / "chat_template.jinja").write_text(template)
        (folder / "tokenizer_config.json").write_text(json.dumps({"bos_token": "<s>", "eos_token": {"content": "</s>", "special": True}}))
        (folder / "expected.json").write_text(json.dumps(list(expected(plain_tokenizer(template))), ensure_ascii=False, indent=1))


main()
