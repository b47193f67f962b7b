# SPDX-License-Identifier: GPL-2.0-or-later
# What one packet of a redirect session tells, for the reports on sessions. Needs common.awk.

# Reads the row of a TCP segment that is of a session: session, source, target (endpoints), opens, answers.
function read_segment(    n) {
  n = read_layers()
  session = first_value("affinity.session")
  if (session == "")
    return 0
  source = endpoint(layer_source[n], first_value("tcp.srcport"))
  target = endpoint(layer_destination[n], first_value("tcp.dstport"))
  opens = is_true("tcp.flags.syn") && !is_true("tcp.flags.ack")
  answers = is_true("tcp.flags.syn") && is_true("tcp.flags.ack")
  return 1
}

# The address and port that the segment redirects to, or "". Not of an option that the client must not follow: one
# that broke a rule when it was first seen (copies on other links do not say so again).
function redirect_of_segment(    node, key) {
  if (!is_true("tcp.flags.fin"))
    return ""
  node = first_value("affinity.ipv4")
  if (node == "")
    node = first_value("affinity.ipv6")
  if (node == "")
    return ""
  key = session FS source FS target FS first_value("tcp.seq_raw")
  if (breaks("affinity.from-client") || breaks("affinity.out-of-window"))
    refused[key]
  return key in refused ? "" : endpoint(node, first_value("affinity.port"))
}

function breaks(rule,    i) {
  for (i = 1; i <= broken_count; i++)
    if (broken[i] == rule)
      return 1
  return 0
}

# Which session a broken rule is about: what a client has not done becomes known with a later packet of whatever
# connection, and the text names the session.
function session_of_rule(rule,    i) {
  for (i = 1; i <= message_count; i++)
    if (match(messages[i], /^session [0-9]+: /) &&
      (rule == "affinity.no-reconnect" && messages[i] ~ /: no connection to / ||
        rule == "affinity.reconnect-refused" && messages[i] ~ /: no answer from | answers the SYN /))
      return substr(messages[i], 9, RLENGTH - 10)
  return session
}

# What the rules tell of a verdict, where no packet of the session comes behind that would.
BEGIN {
  verdict_of_rule["affinity.no-reconnect"] = "ignored"
  verdict_of_rule["affinity.reconnect-refused"] = "refused"
  verdict_of_rule["affinity.reconnect-elsewhere"] = "elsewhere"
  verdict_of_rule["affinity.redirect-loop"] = "looped"
}

# "" where the session was not redirected.
function verdict_of(s) {
  if (s in verdict)
    return verdict[s]
  if (s in told)
    return told[s]
  return s in redirected ? "pending" : ""
}
