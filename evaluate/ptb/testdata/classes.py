"""Writes ../ranges.go: what the reference program takes each character for.

Usage: python3 classes.py STANFORD_JAR, with Oracle.java compiled here.
"""

import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))

# Each context shows one property of the character that takes C's place.
ALONE, SPACED, SIGNED, ELIDED, JOINED = CONTEXTS = ["C", "A.CThe x", "+C", "D'CC", "aCb"]


def ask(jar, lines):
    command = ["java", "-Xmx2g", "-cp", jar + os.pathsep + HERE, "Oracle"]
    result = subprocess.run(command, input="\n".join(lines) + "\n", stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL, encoding="utf-8", check=True)
    return result.stdout.split("\n")[:-1]


def classify(unit, answers):
    alone = answers[ALONE]
    if alone.startswith("\\n"):
        return "newline"
    if answers[SPACED].startswith("a . the"):
        return "space"
    if not alone:
        return "dropped"
    if unit < 0x80 and not chr(unit).isalnum():
        return "symbol"
    if unit < 0x80:
        return "letter" if chr(unit).isalpha() else "digit"
    if " " not in answers[JOINED] and len(answers[JOINED]) >= 2:
        if " " not in answers[SIGNED]:
            return "digit"
        return "letter" if " " not in answers[ELIDED] else "mark"
    return "symbol"


def ranges(units):
    result = []
    for unit in units:
        if result and result[-1][1] == unit - 1:
            result[-1][1] = unit
        else:
            result.append([unit, unit])
    return result


def main(jar):
    units = [u for u in range(1, 0x10000) if not 0xD800 <= u < 0xE000]
    lines = [context.replace("C", "\\u%04x" % unit) for unit in units for context in CONTEXTS]
    answers = ask(jar, lines)
    classes = {}
    for i, unit in enumerate(units):
        block = answers[i * len(CONTEXTS):(i + 1) * len(CONTEXTS)]
        classes.setdefault(classify(unit, dict(zip(CONTEXTS, block))), []).append(unit)
    del classes["dropped"]
    with open(os.path.join(HERE, "..", "ranges.go"), "w", encoding="utf-8") as out:
        out.write("package ptb\n\n"
                  "// Written by testdata/classes.py from the reference program's answers.\n\n"
                  "// ranges are the first and last unit of each range of a class. What is in no\n"
                  "// range is dropped.\nvar ranges = map[class][]uint16{\n")
        for name in sorted(classes):
            out.write("\t%s: {\n" % name)
            pairs = ranges(classes[name])
            for i in range(0, len(pairs), 8):
                out.write("\t\t" + " ".join("0x%04x, 0x%04x," % tuple(pair) for pair in pairs[i:i + 8]) + "\n")
            out.write("\t},\n")
        out.write("}\n")


main(sys.argv[1])
