# SPDX-License-Identifier: GPL-2.0-or-later
# Redirect sessions, a row each, and totals. Needs common.awk and sessions.awk.

function see_session() {
  if (session in first_client)
    return
  if (session + 0 > last_session)
    last_session = session + 0
  first_client[session] = ""
  begun_by[value("frame.number")] = session
}

# A row of the table: one redirect. Number of rows of a session: redirected[session].
function add_redirect(fin,    row) {
  redirected[session]++
  row = session FS redirected[session]
  row_fin[row] = fin
  row_of_fin[fin] = row
  return row
}

# The FIN leads to its SYN: on the second pass, and where the capture has the SYN before it. On the first pass such a
# SYN began a session of its own, whose number stays unused.
function see_follower(row,    before) {
  if (row in row_syn || first_value("affinity.reconnect_in") == "")
    return
  row_syn[row] = first_value("affinity.reconnect_in")
  before = begun_by[row_syn[row]]
  if (before != "" && before != session && !(before in redirected))
    delete first_client[before]
  row_delay[row] = first_value("affinity.reconnect_time")
}

function see_redirect(node,    connection, frame, row) {
  connection = session FS target FS source
  frame = value("frame.number")
  fin_connection[frame] = connection
  if (connection in row_of_connection)
    return
  row = frame in row_of_fin ? row_of_fin[frame] : add_redirect(frame)
  row_of_connection[connection] = row
  row_client[row] = target
  row_service[row] = source
  row_node[row] = node
  see_follower(row)
}

# The SYN of a re-established connection. Its FIN may be none of the packets looked at, or another than the first
# that looked like the redirect.
function see_reconnect(fin,    row) {
  if (fin in row_of_fin)
    row = row_of_fin[fin]
  else if (fin in fin_connection && fin_connection[fin] in row_of_connection) {
    row = row_of_connection[fin_connection[fin]]
    row_fin[row] = fin
    row_of_fin[fin] = row
  } else {
    row = add_redirect(fin)
    row_client[row] = source
  }
  if (row in row_syn)
    return
  row_syn[row] = value("frame.number")
  row_delay[row] = first_value("affinity.reconnect_time")
}

function see_rules(    i, of) {
  for (i = 1; i <= broken_count; i++) {
    rule_packets[broken[i]]++
    of = session_of_rule(broken[i])
    if (of == "")
      continue
    session_rules[of] = with_word(session_rules[of], broken[i])
    if (broken[i] in verdict_of_rule)
      told[of] = verdict_of_rule[broken[i]]
  }
}

BEGIN { last_session = -1 }

{
  is_session = read_segment()
  broken_count = read_rules()
  if (broken_count)
    see_rules()
  if (!is_session)
    next
  see_session()
  if (first_value("affinity.verdict") != "")
    verdict[session] = first_value("affinity.verdict")
  redirect_in = first_value("affinity.redirect_in")
  if (redirect_in != "")
    see_reconnect(redirect_in)
  else if (first_client[session] == "" && opens) {
    first_client[session] = source
    first_service[session] = target
  } else if (first_client[session] == "" && answers) {
    first_client[session] = target
    first_service[session] = source
  }
  node = redirect_of_segment()
  if (node != "")
    see_redirect(node)
}

function count_verdict(word) {
  if (!(word in verdict_sessions))
    verdict_order[++verdict_kinds] = word
  verdict_sessions[word]++
}

function count_node(node, word) {
  if (node == "")
    return
  if (!(node in node_redirects))
    node_order[++nodes] = node
  node_redirects[node]++
  node_verdicts[node, word]++
}

function list_session(s,    i, row, word, rules_broken, delay) {
  word = verdict_of(s)
  count_verdict(word == "" ? "not redirected" : word)
  rules_broken = session_rules[s]
  gsub(/ /, ", ", rules_broken)
  if (!(s in redirected)) {
    table_row(s FS first_client[s] FS first_service[s] FS FS FS FS FS word FS rules_broken)
    return
  }
  for (i = 1; i <= redirected[s]; i++) {
    row = s FS i
    delay = ""
    if (row_delay[row] != "") {
      delay = sprintf("%.6f", row_delay[row])
      delays[++delay_count] = row_delay[row] + 0
    }
    count_node(row_node[row], word)
    table_row(s FS row_client[row] FS row_service[row] FS row_node[row] FS row_fin[row] FS row_syn[row] FS delay FS \
      word FS rules_broken)
  }
}

END {
  if (!has_report())
    exit
  table_start("Sessions", ">session|client|anycast service|redirected to|>FIN|>SYN|>delay s|verdict|rules broken")
  for (s = 0; s <= last_session; s++)
    if (s in first_client)
      list_session(s)
  sessions = 0
  for (i = 1; i <= verdict_kinds; i++)
    sessions += verdict_sessions[verdict_order[i]]
  if (sessions == 0) {
    print "No session."
    print_rule_totals()
    exit
  }
  table_print()

  print ""
  table_start("Verdicts", "verdict|>sessions")
  split("reconnected elsewhere refused ignored looped pending", words, " ")
  words[7] = "not redirected"
  for (i = 1; i <= 7; i++)
    if (words[i] in verdict_sessions)
      table_row(words[i] FS verdict_sessions[words[i]])
  table_row("all" FS sessions)
  table_print()

  if (nodes > 0) {
    print ""
    table_start("Nodes", "redirected to|>redirects|>reconnected|>elsewhere|>refused|>ignored|>looped|>pending")
    for (i = 1; i <= nodes; i++) {
      line = node_order[i] FS node_redirects[node_order[i]]
      for (j = 1; j <= 6; j++)
        line = line FS (node_verdicts[node_order[i], words[j]] + 0)
      table_row(line)
    }
    table_print()
  }

  if (delay_count > 0) {
    sort_numbers(delays, delay_count)
    print ""
    table_start("Delay from the FIN to the SYN, in seconds", ">reconnects|>min|>median|>p95|>max")
    table_row(sprintf("%d" FS "%.6f" FS "%.6f" FS "%.6f" FS "%.6f", delay_count, delays[1],
      quantile(delays, delay_count, 0.5), quantile(delays, delay_count, 0.95), delays[delay_count]))
    table_print()
  }
  print_rule_totals()
}
