# SPDX-License-Identifier: GPL-2.0-or-later
# What the reports share: rows of tshark's fields, the packet that a row tells of, times, and tables.
# Given with -v: fields and rules, the names of the columns, in their order, rules last.

BEGIN {
  FS = "\037"
  VALUE = "\036"
  columns = split(fields, names, " ")
  for (i = 1; i <= columns; i++)
    column[names[i]] = i
  rule_count = split(rules, rule_names, " ")
  exit_status = -1
}

# The last line is tshark's exit status.
substr($0, 1, 1) == VALUE {
  exit_status = substr($0, 2)
  next
}

function value(name) {
  return $column[name]
}

# Of a field with several values in a packet.
function first_value(name, values) {
  return split(value(name), values, VALUE) ? values[1] : ""
}

# Booleans are 1 before Wireshark 4.2, True from it on.
function is_true(name, text) {
  text = first_value(name)
  return text == "1" || text == "True"
}

# Whether there is something to report on: all was read, or some of it.
function has_report() {
  return exit_status == 0 || NR > 1
}

# ---- the packet ----

# Fills layer_source, layer_destination, layer_octets, and layer_next, the protocol behind extension headers, with the
# IP headers, outermost first; gives their number.
function read_layers(    words, n, i, next_word, four, six, count, source4, destination4, octets4, source6, destination6, octets6) {
  split(value("ip.src"), source4, VALUE)
  split(value("ip.dst"), destination4, VALUE)
  split(value("ipv6.src"), source6, VALUE)
  split(value("ipv6.dst"), destination6, VALUE)
  if ("ip.len" in column) {
    split(value("ip.len"), octets4, VALUE)
    split(value("ipv6.plen"), octets6, VALUE)
  }
  n = split(value("frame.protocols"), words, ":")
  four = six = count = 0
  for (i = 1; i <= n; i++) {
    if (words[i] == "ip") {
      four++
      layer_source[++count] = source4[four]
      layer_destination[count] = destination4[four]
      layer_octets[count] = octets4[four]
    } else if (words[i] == "ipv6") {
      six++
      layer_source[++count] = source6[six]
      layer_destination[count] = destination6[six]
      layer_octets[count] = octets6[six] + 40
    } else
      continue
    for (next_word = i + 1; words[next_word] ~ /^ipv6\./; )
      next_word++
    layer_next[count] = words[next_word]
  }
  return count
}

# An address and a port as they are written: "10.1.0.2:80", "[2001:db8::1]:80"; without a port, the address.
function endpoint(address, port) {
  if (port == "")
    return address
  return (index(address, ":") ? "[" address "]" : address) ":" port
}

# ---- rules ----

# The rules that this packet breaks, in broken[1...]; gives their number. messages[1...]: what is said of them.
function read_rules(    i, count) {
  message_count = 0
  if (value("_ws.expert.message") == "")
    return 0
  count = 0
  for (i = 1; i <= rule_count; i++)
    if ($(columns + i) != "")
      broken[++count] = rule_names[i]
  if (count)
    message_count = split(value("_ws.expert.message"), messages, VALUE)
  return count
}

# Adds a word to a list of words, once.
function with_word(list, word) {
  if (index(" " list " ", " " word " "))
    return list
  return list == "" ? word : list " " word
}

# ---- numbers ----

# Seconds from one epoch time to another: apart, seconds and nanoseconds are exact. A 1 before the nanoseconds, since
# BusyBox takes digits behind a 0 for octal ones.
function seconds_between(from, to,    a, b) {
  split(from, a, ".")
  split(to, b, ".")
  return (b[1] - a[1]) + (substr("1" b[2] "000000000", 1, 10) - substr("1" a[2] "000000000", 1, 10)) / 1e9
}

# Sorts numbers[1...count] in place: heapsort, so that no order of the numbers is a slow one.
function sort_numbers(numbers, count,    start, end, last) {
  for (start = int(count / 2); start >= 1; start--)
    sift(numbers, start, count)
  for (end = count; end > 1; end--) {
    last = numbers[end]
    numbers[end] = numbers[1]
    numbers[1] = last
    sift(numbers, 1, end - 1)
  }
}

function sift(numbers, root, count,    child, held) {
  held = numbers[root]
  while ((child = 2 * root) <= count) {
    if (child < count && numbers[child + 1] > numbers[child])
      child++
    if (numbers[child] <= held)
      break
    numbers[root] = numbers[child]
    root = child
  }
  numbers[root] = held
}

# The smallest of the sorted numbers that at least this share of them does not exceed (nearest rank).
function quantile(numbers, count, share,    rank) {
  rank = int(count * share)
  if (rank < count * share)
    rank++
  return numbers[rank < 1 ? 1 : rank]
}

# ---- tables ----

# Column names with "|" between them; those whose name begins with ">" are aligned to the right.
function table_start(title, header,    i, cells) {
  table_rows = 0
  table_title = title
  table_columns = split(header, cells, "|")
  for (i = 1; i <= table_columns; i++) {
    table_right[i] = substr(cells[i], 1, 1) == ">"
    if (table_right[i])
      cells[i] = substr(cells[i], 2)
    table_width[i] = length(cells[i])
    table_header[i] = cells[i]
  }
}

# One row; cells with FS between them, "-" where one is empty.
function table_row(text,    i, n, cells) {
  n = split(text, cells, FS)
  for (i = 1; i <= n; i++)
    if (length(cells[i]) > table_width[i])
      table_width[i] = length(cells[i])
  table_text[++table_rows] = text
}

function table_line(cells, empty,    i, line, text) {
  line = ""
  for (i = 1; i <= table_columns; i++) {
    text = cells[i] == "" ? empty : cells[i]
    if (table_right[i])
      text = sprintf("%" table_width[i] "s", text)
    else if (i < table_columns)
      text = sprintf("%-" table_width[i] "s", text)
    line = line (i > 1 ? "  " : "") text
  }
  print line
}

function table_print(    i, j, cells) {
  print table_title
  table_line(table_header, "")
  for (i = 1; i <= table_rows; i++) {
    for (j = 1; j <= table_columns; j++)
      cells[j] = ""
    split(table_text[i], cells, FS)
    table_line(cells, "-")
  }
}

# The rules that packets broke, with how many packets: rule_packets[rule].
function print_rule_totals(    i) {
  table_start("Rules broken", "rule|>packets")
  for (i = 1; i <= rule_count; i++)
    if (rule_names[i] in rule_packets)
      table_row(rule_names[i] FS rule_packets[rule_names[i]])
  if (table_rows == 0)
    return
  print ""
  table_print()
}
