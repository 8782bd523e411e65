#!/usr/bin/env python3
"""Makes Formula.txt: random formulas and what Python computes for them. Needs no library.

    python3 tests/golden/make_formulas.py

The format is that of make_schedules.py; the formula and the momentum's formula stand under
scheduler.lr and scheduler.momentum, without spaces. A formula is drawn as a tree and written twice:
for lrsweep, and for Python, which evaluates it with the functions of `math`.
"""

import json
import math
import os
import random

RUN = 40
CASES = 300
MOMENTUM = 0.9
TICKS_PER_EPOCH = 1  # an epoch is a tick where a schedule is built without a trial

ONE = ["sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "exp", "ln", "log",
       "log2", "log10", "sqrt", "abs", "floor", "ceil"]
TWO = ["pow", "atan2", "mod", "min", "max"]
OPERATORS = ["+", "-", "*", "/", "^"]
COMPARISONS = ["<", "<=", ">", ">=", "==", "!="]
PYTHONS = {"ln": "log"}


def python_mod(a, b):
    return a % b


FUNCTIONS = {name: getattr(math, name) for name in ONE + ["pow", "atan2"]
             if name not in ("ln", "abs")}
# fabs, unlike abs, refuses the complex number that a negative base may give.
FUNCTIONS.update(abs=math.fabs, min=min, max=max, mod=python_mod, pi=math.pi, e=math.e,
                 floor=lambda x: float(math.floor(x)), ceil=lambda x: float(math.ceil(x)))


def leaf(dice, names):
    if dice.random() < 0.6:
        name = dice.choice(names)
        return name, name
    number = dice.choice([repr(round(dice.uniform(0.01, 5), 3)), str(dice.randint(0, 9)), "pi", "e",
                          "2.5e-3"])
    # Python's integers are exact where doubles are not.
    return number, number if number in ("pi", "e") else repr(float(number))


def tree(dice, names, depth):
    """The same expression for lrsweep and for Python."""
    if depth == 0 or dice.random() < 0.1:
        return leaf(dice, names)
    kind = dice.random()
    a, python_a = tree(dice, names, depth - 1)
    if kind < 0.3:
        name = dice.choice(ONE)
        return f"{name}({a})", f"{PYTHONS.get(name, name)}({python_a})"
    b, python_b = tree(dice, names, depth - 1)
    if kind < 0.45:
        name = dice.choice(TWO)
        return f"{name}({a},{b})", f"{name}({python_a},{python_b})"
    if kind < 0.85:
        operator = dice.choice(OPERATORS)
        python_operator = "**" if operator == "^" else operator
        # Half of them without parentheses: there the operators' precedence decides.
        if dice.random() < 0.5:
            return f"({a}{operator}{b})", f"({python_a}{python_operator}{python_b})"
        simple, python_simple = leaf(dice, names)
        return (f"({a}{operator}{b}*{simple})",
                f"({python_a}{python_operator}{python_b}*{python_simple})")
    if kind < 0.9:
        return f"(-{a}^{b})", f"(-{python_a}**{python_b})"
    c, python_c = tree(dice, names, depth - 1)
    comparison = dice.choice(COMPARISONS)
    condition, python_condition = f"{a}{comparison}{b}", f"{python_a}{comparison}{python_b}"
    d, python_d = leaf(dice, names)
    if kind < 0.95:
        return f"({condition}?{c}:{d})", f"(({python_c}) if ({python_condition}) else ({python_d}))"
    return (f"if({condition},{c},{d})",
            f"(lambda then,other:then if ({python_condition}) else other)({python_c},{python_d})")


def evaluated(python, variables):
    value = eval(python, {"__builtins__": {}, **FUNCTIONS, **variables})
    if isinstance(value, complex) or not math.isfinite(value):
        raise ValueError
    return float(value)


def rows(formula, momentum, params, lr):
    """The rates of the run, or None where a formula has no good value at some tick."""
    run = []
    for t in range(RUN):
        variables = dict(t=float(t), T=float(RUN), epoch=float(t) / TICKS_PER_EPOCH, lr=lr,
                         momentum=MOMENTUM, **params)
        try:
            rate = evaluated(formula, variables)
            beta = evaluated(momentum, variables) if momentum else MOMENTUM
        except (ValueError, ZeroDivisionError, OverflowError, TypeError):
            return None
        if rate < 0 or rate > 1e100 or 0 < rate < 1e-100 or not 0 <= beta <= 1:
            return None
        run.append((rate, beta))
    return run if len(set(run)) > 1 else None


def main():
    dice = random.Random(20240229)
    folder = os.path.dirname(os.path.abspath(__file__))
    written = 0
    with open(os.path.join(folder, "Formula.txt"), "w", encoding="utf-8") as out:
        print("# Made by make_formulas.py with Python's math module.", file=out)
        while written < CASES:
            params = {"base": round(dice.uniform(0.01, 2), 4), "power": float(dice.randint(1, 4))}
            names = ["t", "T", "epoch", "lr", "momentum", *params]
            formula, python = tree(dice, names, dice.randint(1, 4))
            momentum = python_momentum = None
            if dice.random() < 0.3:
                momentum, python_momentum = tree(dice, names, 2)
                momentum, python_momentum = f"1/(1+abs({momentum}))", f"1./(1.+abs({python_momentum}))"
            lr = round(dice.uniform(0.01, 1), 3)
            run = rows(python, python_momentum, params, lr)
            if run is None:
                continue
            words = [f"lr={lr}", f"momentum={MOMENTUM}", f"run={RUN}", f'scheduler.lr="{formula}"']
            if momentum:
                words.append(f'scheduler.momentum="{momentum}"')
            words.append("params=" + json.dumps(params, separators=(",", ":")))
            print("case Formula", *words, file=out)
            for tick, rates in enumerate(run):
                print(tick, *map(repr, rates), file=out)
            written += 1


if __name__ == "__main__":
    main()
