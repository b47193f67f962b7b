# SPDX-License-Identifier: GPL-2.0-or-later
# Steered flows, a row each, and totals. Needs common.awk. Given with -v, beside what it needs: knows_services, whether
# a topology is known to be given.

# Which of the packet's IP headers is that of the flow: what the encapsulation holds, else the innermost.
function layer_of_flow(count,    ingress, i) {
  ingress = first_value("cats.ingress")
  if (ingress != "")
    for (i = 1; i < count; i++)
      if (layer_source[i] == ingress)
        return i + 1
  return count
}

# Reads the row of a packet that is of a flow: flow, way (1 or 2, as it was seen first), inner.
function read_flow_packet(    tcp, has_ports) {
  flow = first_value("cats.flow")
  if (flow == "")
    return 0
  inner = layer_of_flow(read_layers())
  protocol = layer_next[inner]
  tcp = protocol == "tcp"
  has_ports = tcp || protocol == "udp"
  source_port = has_ports ? first_value(protocol ".srcport") : ""
  target_port = has_ports ? first_value(protocol ".dstport") : ""
  if (!(flow in address)) {
    if (flow + 0 > last_flow)
      last_flow = flow + 0
    address[flow] = layer_source[inner]
    far_address[flow] = layer_destination[inner]
    port[flow] = source_port
    ends[flow, 1] = endpoint(layer_source[inner], source_port)
    ends[flow, 2] = endpoint(layer_destination[inner], target_port)
    protocol_of[flow] = protocol
    evidence[flow] = 0
  }
  way = layer_source[inner] == address[flow] && (layer_source[inner] != layer_destination[inner] || source_port == port[flow]) ? 1 : 2
  opens = tcp && is_true("tcp.flags.syn") && !is_true("tcp.flags.ack")
  answers = tcp && is_true("tcp.flags.syn") && is_true("tcp.flags.ack")
  return 1
}

# Which way leads to the service, by the signs that the plugin's own tracker of flows goes by, the weakest first: the
# owner of the SID, an egress or not (cats.ingress is there but for SIDs of others), End.CATS, and the SYN; what a topology
# says comes before them, see way_to_service(). Where nothing tells, what was encapsulated first.
function learn_direction(    rank, toward) {
  toward = way
  if (opens || answers) {
    rank = 3
    toward = answers ? 3 - way : way
  } else if (first_value("cats.sid.behavior") == END_CATS)
    rank = 2
  else if (first_value("cats.sid") != "" && first_value("cats.ingress") == "") {
    rank = 1
    toward = 3 - way
  } else if (owner_of_sid() != "")
    rank = 1
  if (rank > evidence[flow]) {
    evidence[flow] = rank
    forward[flow] = toward
  }
}

# Without a topology every inner destination is shown as a service.
function learn_service() {
  if (!(flow in first_steered))
    first_steered[flow] = way
  if (first_value("cats.service") == layer_destination[inner])
    is_service[layer_destination[inner]]
  else
    knows_services = 1
}

function way_to_service(f,    near, far) {
  near = knows_services && address[f] in is_service
  far = knows_services && far_address[f] in is_service
  if (near != far)
    return far ? 1 : 2
  if (!near && evidence[f])
    return forward[f]
  return f in first_steered ? first_steered[f] : 1
}

# Counted at the capture point that saw most packets that way, so that copies on other links do not count.
function count_packet(    at) {
  at = flow FS way FS first_value("frame.interface_id")
  packets_at[at]++
  octets_at[at] += layer_octets[inner]
  if (packets_at[at] > packets[flow, way]) {
    packets[flow, way] = packets_at[at]
    octets[flow, way] = octets_at[at]
  }
}

# A list of different values, the first few.
function with_value(list, text,    parts) {
  if (text == "" || index(", " list ",", ", " text ",") || list ~ /, \.\.\.$/)
    return list
  if (list == "")
    return text
  return split(list, parts, ", ") < 3 ? list ", " text : list ", ..."
}

# The egress that owns the SID, "" where it has no known owner or another: a name of a SID begins with the owner's.
function owner_of_sid(    egress) {
  egress = first_value("cats.egress")
  return egress != "" && index(first_value("cats.sid.name") " ", egress " ") == 1 ? egress : ""
}

function behavior_of_packet(    owner) {
  owner = owner_of_sid()
  return owner == "" ? first_value("cats.sid.name") : substr(first_value("cats.sid.name"), length(owner) + 2)
}

function or_dash(text) {
  return text == "" ? "-" : text
}

function aggregate_of_packet(    granularity) {
  granularity = first_value("cats.granularity")
  if (granularity == "")
    return ""
  if (granularity in granularity_names)
    granularity = granularity_names[granularity]
  return granularity "/" or_dash(first_value("cats.level")) "/" or_dash(first_value("cats.aggregate_id"))
}

function see_encapsulation(    key) {
  key = flow FS way
  ingresses[key] = with_value(ingresses[key], first_value("cats.ingress"))
  egresses[key] = with_value(egresses[key], first_value("cats.egress"))
  sids[key] = with_value(sids[key], first_value("cats.sid"))
  behaviors[key] = with_value(behaviors[key], behavior_of_packet())
  aggregates[key] = with_value(aggregates[key], aggregate_of_packet())
}

BEGIN {
  END_CATS = "0x80ca"
  last_flow = -1
  split("service point|service site|egress node", granularity_names, "|")
  granularity_names[0] = "not stated"
}

{
  is_of_flow = read_flow_packet()
  broken_count = read_rules()
  for (i = 1; i <= broken_count; i++) {
    rule_packets[broken[i]]++
    if (is_of_flow)
      flow_rules[flow] = with_word(flow_rules[flow], broken[i])
  }
  if (!is_of_flow)
    next
  learn_direction()
  count_packet()
  if (first_value("cats.sid") != "") {
    learn_service()
    see_encapsulation()
  }
  if (first_value("cats.site") != "")
    site[flow] = first_value("cats.site")
  if (first_value("cats.verdict") != "")
    verdict[flow] = first_value("cats.verdict")
}

# Adds a flow to a total: kind is what is told apart, name one of them.
function count_flow(kind, name, there, back) {
  if (name == "")
    name = "-"
  if (!((kind, name) in total_flows))
    total_name[kind, ++total_count[kind]] = name
  total_flows[kind, name]++
  total_packets[kind, name] += there
  total_back[kind, name] += back
}

function list_flow(f,    way, key, rules_broken, there, back) {
  way = way_to_service(f)
  key = f FS way
  there = packets[f, way] + 0
  back = packets[f, 3 - way] + 0
  rules_broken = flow_rules[f]
  gsub(/ /, ", ", rules_broken)
  table_row(f FS ends[f, way] FS ends[f, 3 - way] FS protocol_of[f] FS ingresses[key] FS egresses[key] FS sids[key] FS \
    behaviors[key] FS aggregates[key] FS there FS (octets[f, way] + 0) FS back FS (octets[f, 3 - way] + 0) FS site[f] FS \
    verdict[f] FS rules_broken)
  count_flow("egress", egresses[key], there, back)
  count_flow("SID", sids[key], there, back)
  count_flow("site", site[f], there, back)
  count_flow("verdict", verdict[f], there, back)
}

function print_totals(title, kind,    i, name) {
  print ""
  table_start(title, kind "|>flows|>packets|>packets back")
  for (i = 1; i <= total_count[kind]; i++) {
    name = total_name[kind, i]
    table_row(name FS total_flows[kind, name] FS total_packets[kind, name] FS total_back[kind, name])
  }
  table_print()
}

END {
  if (!has_report())
    exit
  table_start("Flows", ">flow|client|service|protocol|ingress|egress|SID|behavior|granularity/level/aggregate|>packets|>octets|>packets back|>octets back|site|verdict|rules broken")
  for (f = 0; f <= last_flow; f++)
    if (f in address)
      list_flow(f)
  if (table_rows == 0) {
    print "No steered flow."
    print_rule_totals()
    exit
  }
  table_print()
  print_totals("Verdicts", "verdict")
  print_totals("Egresses", "egress")
  print_totals("SIDs", "SID")
  print_totals("Sites", "site")
  print_rule_totals()
}
