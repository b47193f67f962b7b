# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by what looks at the real Wireshark: a screen that nobody sees, and Wireshark on it as an unprivileged user with a
# home of its own. Whoever sources it has set -euo pipefail.
#
#   screen_missing                     prints the programs that are needed and not here; nothing where all are
#   screen_start PLUGINS PROFILES      starts the screen; makes $screen_home with plugin and profile. Whatever was started
#                                      is ended when the script exits, however it exits
#   screen_take FILE                   copies a capture to where Wireshark can read it
#   wireshark_start ARGUMENT...        starts Wireshark in $screen_home with the profile CATS; its process is $wireshark_pid
#   window TITLE                       prints the window whose title matches, waiting for it up to $screen_patience seconds
#   wireshark_wait                     waits up to $screen_patience seconds for its end, and gives its status
#   wireshark_end                      ends it
#   as_screen_user PROGRAM ARG...      runs a program as that user, in $screen_home

screen_width=1280
screen_height=800
screen_patience=60

screen_missing() {
  local program
  for program in Xvfb wireshark xdotool import convert setpriv; do
    command -v "$program" >/dev/null || printf '%s ' "$program"
  done
}

# Replaces the shell that calls it.
screen_exec() {
  cd "$screen_home" || exit 2
  exec "$screen_as_user" "$screen_home" env -i PATH="$PATH" HOME="$screen_home" DISPLAY="${DISPLAY:-}" LC_ALL=C.UTF-8 TZ=UTC0 \
    XDG_RUNTIME_DIR="$screen_home/run" XDG_CONFIG_HOME="$screen_home/.config" \
    WIRESHARK_PLUGIN_DIR="$screen_home/plugins" "$@"
}

as_screen_user() {
  (screen_exec "$@")
}

# end PID: asks a process of ours to end, then makes it; nothing where it is gone.
end() {
  local waited=0
  kill "$1" 2>/dev/null || return 0
  while kill -0 "$1" 2>/dev/null && [ $waited -lt 50 ]; do
    sleep 0.1
    waited=$((waited + 1))
  done
  kill -KILL "$1" 2>/dev/null || true
  wait "$1" 2>/dev/null || true
}

wireshark_pid=
screen_pid=
screen_home=
wireshark_end() {
  [ -z "$wireshark_pid" ] || end "$wireshark_pid"
  wireshark_pid=
}

wireshark_wait() {
  local waited=0 status=0
  while kill -0 "$wireshark_pid" 2>/dev/null; do
    if [ $waited -ge $((screen_patience * 5)) ]; then
      echo "Wireshark does not end in $screen_patience s" >&2
      return 124
    fi
    sleep 0.2
    waited=$((waited + 1))
  done
  wait "$wireshark_pid" || status=$?
  wireshark_pid=
  return $status
}

screen_end() {
  wireshark_end
  [ -z "$screen_pid" ] || end "$screen_pid"
  [ -z "$screen_home" ] || rm -rf "$screen_home"
}

screen_start() {
  screen_as_user=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../packaging" && pwd)/as-user.sh
  trap screen_end EXIT
  trap 'exit 143' TERM INT HUP
  screen_home=$(mktemp -d -p "${TMPDIR:-/tmp}" catshark-screen.XXXXXX)
  mkdir -p "$screen_home/.config/wireshark/profiles" "$screen_home/run"
  cp -R -- "$1" "$screen_home/plugins"
  cp -R -- "$2/CATS" "$screen_home/.config/wireshark/profiles/"
  cat >"$screen_home/.config/wireshark/recent_common" <<TEXT
gui.geometry_main_x: 0
gui.geometry_main_y: 0
gui.geometry_main_width: $screen_width
gui.geometry_main_height: $screen_height
gui.geometry_main_maximized: FALSE
privs.warn_if_elevated: FALSE
sys.warn_if_no_capture: FALSE
TEXT
  chmod -R u=rwX,go=rX "$screen_home"
  chmod 700 "$screen_home/run"

  # The screen's number comes from the server itself, when it is ready. It must not begin anew whenever nobody looks.
  Xvfb -displayfd 3 -noreset -screen 0 "${screen_width}x${screen_height}x24" -nolisten tcp 3>"$screen_home/display" \
    2>"$screen_home/screen.log" &
  screen_pid=$!
  local waited=0
  until [ -s "$screen_home/display" ]; do
    if ! kill -0 "$screen_pid" 2>/dev/null || [ $waited -ge $((screen_patience * 10)) ]; then
      echo "Xvfb does not come up: $(cat "$screen_home/screen.log")" >&2
      exit 1
    fi
    sleep 0.1
    waited=$((waited + 1))
  done
  DISPLAY=:$(cat "$screen_home/display")
  export DISPLAY
}

screen_take() {
  cp -- "$1" "$screen_home/$(basename -- "$1")"
  chmod 644 "$screen_home/$(basename -- "$1")"
}

# Every program on the way replaces the one before, so that $! is Wireshark itself.
wireshark_start() {
  screen_exec wireshark -C CATS -o gui.update.enabled:FALSE "$@" >"$screen_home/wireshark.log" 2>&1 &
  wireshark_pid=$!
}

window() {
  local waited=0 found
  while [ $waited -lt $((screen_patience * 5)) ]; do
    kill -0 "$wireshark_pid" 2>/dev/null || {
      echo "Wireshark ended: $(cat "$screen_home/wireshark.log")" >&2
      return 1
    }
    found=$(xdotool search --onlyvisible --name "$1" 2>/dev/null | head -n 1) || true
    if [ -n "$found" ]; then
      echo "$found"
      return 0
    fi
    sleep 0.2
    waited=$((waited + 1))
  done
  echo "no window \"$1\" in $screen_patience s; windows: $(xdotool search --onlyvisible --name . getwindowname %@ 2>&1)" >&2
  return 1
}
