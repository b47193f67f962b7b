# SPDX-License-Identifier: GPL-2.0-or-later
# One object for each packet of `tshark -T pdml`, whose lines have a field each, with the fields that we name.
# Given with -v: types, words such as "affinity.port:number". Not made from -T ek, which leaves out one of two items
# of a name that lie in one place, nor from -T json, which is one array.

BEGIN {
  count = split(types, words, " ")
  for (i = 1; i <= count; i++) {
    split(words[i], part, ":")
    type[part[1]] = part[2]
  }
}

function attribute(name,    at, rest) {
  at = index($0, " " name "=\"")
  if (at == 0)
    return ""
  rest = substr($0, at + length(name) + 3)
  return substr(rest, 1, index(rest, "\"") - 1)
}

function without_xml(text) {
  if (index(text, "&")) {
    gsub(/&lt;/, "<", text)
    gsub(/&gt;/, ">", text)
    gsub(/&quot;/, "\"", text)
    gsub(/&(apos|#x27|#39);/, "'", text)
    gsub(/&amp;/, "\\&", text)
  }
  return text
}

function json_string(text) {
  if (text ~ /[\\"]/) {
    gsub(/\\/, "&&", text)
    gsub(/"/, "\\\"", text)
  }
  gsub(/[\001-\037]/, " ", text)
  return "\"" text "\""
}

function json_value(text, kind) {
  if (kind == "number")
    return text
  if (kind == "truth")
    return text == "1" || text == "True" ? "true" : "false"
  if (kind == "hex") {
    sub(/^0x0*/, "", text)
    return "\"0x" (text == "" ? "0" : text) "\""
  }
  return json_string(without_xml(text))
}

function add(name, text) {
  if (name in values) {
    values[name] = values[name] "," text
    several[name]
  } else {
    values[name] = text
    order[++fields] = name
  }
}

function write_packet(    i, line, name) {
  for (i = 1; i <= fields; i++) {
    name = order[i]
    line = line (i > 1 ? "," : "") "\"" name "\":" (name in several ? "[" values[name] "]" : values[name])
    delete values[name]
    delete several[name]
  }
  print "{" line "}"
  fflush()
  fields = 0
}

/^<\/packet>/ {
  write_packet()
  next
}

# Hidden fields are for filters and tables only.
/^ *<field name="/ {
  name = attribute("name")
  if (name == "_ws.expert.message" && rule != "") {
    add(rule, json_value(attribute("show"), "text"))
    rule = ""
  } else if (name in type && !index($0, " hide=\"yes\"")) {
    if (type[name] == "rule")
      rule = name
    else
      add(name, json_value(attribute("show"), type[name]))
  }
}
