#!/usr/bin/env python3
"""Speaks as the program `cvc5` does, by PyPI's wheel of that name, which is the library alone. `./check` sets it up where
Debian's package cannot be had.

Reads SMT-LIB from stdin, answers on stdout, as `cvc5 --lang smt --name=value...` does. Only what
cedar-policy-symcc needs: whole lines, no string literal or quoted symbol across a line end.
"""
import re
import sys

import cvc5

NOT_CODE = re.compile(r'"[^"]*"|\|[^|]*\||;.*')  # strings ("" = two adjacent), quoted symbols, comments
OPTIONS = {}
argv = sys.argv[1:]
if "--version" in argv:
    sys.exit(f"This is cvc5 version {cvc5.__version__} (python shim)")
for a in argv:
    if a.startswith("--") and a != "--lang":
        name, _, value = a[2:].partition("=")
        # --tlimit is enforced by the executable's driver, not the library; per query is what we want
        OPTIONS["tlimit-per" if name == "tlimit" else name] = value or "true"


def fresh():
    solver = cvc5.Solver(tm := cvc5.TermManager())
    for name, value in OPTIONS.items():
        solver.setOption(name, value)
    symbols = cvc5.SymbolManager(tm)
    return solver, symbols, cvc5.InputParser(solver, symbols)


def commands():
    text, depth = "", 0
    for line in sys.stdin:
        code = NOT_CODE.sub("", line)
        text, depth = text + line, depth + code.count("(") - code.count(")")
        if depth == 0:
            yield text.strip()
            text = ""


def error(message):
    return '(error "' + " ".join(message.split()).replace('"', "'") + '")\n'  # always one line


solver, symbols, parser = fresh()
for text in commands():
    if text == "(reset)":  # the driver's job in the executable: a new solver
        solver, symbols, parser = fresh()
        continue
    if text == "(exit)":
        break
    try:
        # not the *Incremental* pair of calls: 1.4.2 refuses a second append after a null command
        parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, text, "stdin")
        while not (command := parser.nextCommand()).isNull():
            reply = command.invoke(solver, symbols)
            sys.stdout.write(error(reply[8:-3]) if reply.startswith('(error "') else reply)
    except Exception as e:  # a parse error ends the executable too
        sys.stdout.write(error(f"Parse Error: {e}"))
        sys.exit(1)
    finally:
        sys.stdout.flush()
