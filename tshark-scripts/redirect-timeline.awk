# SPDX-License-Identifier: GPL-2.0-or-later
# What happened in each redirect session, with times since its first packet. Needs common.awk and sessions.awk.

# Adds an event to a session's story. The packet that a rule is shown on may be of another session.
function tell(of, text,    line) {
  if (!(of in began)) {
    began[of] = value("frame.time_epoch")
    if (of + 0 > last_session)
      last_session = of + 0
  }
  line = sprintf("  %12.6f  frame %-6s  %s\n", seconds_between(began[of], value("frame.time_epoch")), value("frame.number"), text)
  story[of] = story[of] line
}

# What settled the verdict of a session, as far as packets show it; nothing settles a loop again.
function settle(of, word) {
  if (settled_as[of] == "looped")
    return
  settled_as[of] = word
  settled_at[of] = value("frame.time_epoch")
  settled_frame[of] = value("frame.number")
}

function once(what) {
  if (what in seen)
    return 0
  seen[what]
  return 1
}

function see_opening(    connection, redirect_in, delay) {
  connection = session FS source FS target
  if (!once("SYN" FS connection FS first_value("tcp.seq_raw")))
    return
  redirect_in = first_value("affinity.redirect_in")
  if (redirect_in == "") {
    if (title[session] == "") {
      title[session] = source " > " target
      tell(session, "SYN" (is_true("affinity.saf") ? " with SAF" : "") " to " target)
    } else
      tell(session, "SYN again from " source " to " target)
    return
  }
  reestablished[connection]
  delay = first_value("affinity.reconnect_time")
  tell(session, sprintf("SYN to %s, %.6f s behind the FIN in frame %s", target, delay, redirect_in))
}

function see_answer(    connection) {
  connection = session FS target FS source
  if (!once("SYN-ACK" FS connection FS first_value("tcp.seq_raw")))
    return
  if (title[session] == "" && !(connection in reestablished))
    title[session] = target " > " source
  tell(session, "SYN-ACK" (is_true("affinity.saf") ? " with SAF" : "") " from " source)
  if (connection in reestablished && settled_as[session] != "elsewhere")
    settle(session, "reconnected")
}

function see_reset(    connection) {
  connection = session FS target FS source
  if (connection in reestablished && once("RST" FS connection))
    tell(session, "RST from " source)
}

function see_redirect(node) {
  if (!once("FIN" FS session FS source FS target FS node))
    return
  if (title[session] == "")
    title[session] = target " > " source
  redirected[session]++
  tell(session, "FIN of " source " with the redirect to " node)
}

function see_rules(    i, of) {
  for (i = 1; i <= broken_count; i++) {
    of = session_of_rule(broken[i])
    if (of == "" || !once("rule" FS of FS broken[i] FS source FS target FS first_value("tcp.seq_raw")))
      continue
    tell(of, "breaks " broken[i])
    if (broken[i] in verdict_of_rule) {
      told[of] = verdict_of_rule[broken[i]]
      settle(of, told[of])
    }
  }
}

BEGIN { last_session = -1 }

{
  is_session = read_segment()
  broken_count = read_rules()
  if (is_session) {
    if (first_value("affinity.verdict") != "")
      verdict[session] = first_value("affinity.verdict")
    node = redirect_of_segment()
    if (opens)
      see_opening()
    else if (answers)
      see_answer()
    else if (is_true("tcp.flags.reset"))
      see_reset()
    if (node != "")
      see_redirect(node)
  }
  if (broken_count)
    see_rules()
}

END {
  if (!has_report())
    exit
  for (s = 0; s <= last_session; s++) {
    if (!(s in story))
      continue
    word = verdict_of(s)
    printf "%ssession %d  %s\n%s", told_sessions++ ? "\n" : "", s, title[s], story[s]
    if (word == "")
      print "  not redirected"
    else if (word == settled_as[s])
      printf "  %12.6f  verdict %s, by frame %s\n", seconds_between(began[s], settled_at[s]), word, settled_frame[s]
    else
      printf "  verdict %s%s\n", word, word == "pending" ? " at the end of the capture" : ""
  }
  if (!told_sessions)
    print "No session."
}
