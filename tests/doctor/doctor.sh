#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# `catshark doctor` where tshark and dumpcap say what the case wants: every finding, its mend line, the exit status.
# usage: doctor.sh CATSHARK PLUGIN-FOR-4.0 PLUGIN-FOR-4.2
set -euo pipefail
. "$(dirname "$0")/lib.sh"

cp "$1" "$work/build/bin/catshark"
for_40=$2
for_42=$3
catshark=$work/build/bin/catshark
mkdir -p "$work/share/profiles/CATS" "$work/bin" "$work/empty" "$work/global/4.0" "$work/personal/4.0"

cat >"$work/bin/tshark" <<'FAKE'
#!/bin/sh
here=${0%/bin/tshark}
echo 'Running as user "root" and group "root". This could be dangerous.' >&2
case "$*" in
  --version) echo "TShark (Wireshark) 4.0.17 (Git v4.0.17 packaged as 4.0.17-0+deb12u3)." ;;
  "-G folders")
    printf 'Temp:\t/tmp\nPersonal configuration:\t%s\nGlobal configuration:\t%s\n' "$here/my" "$here/share"
    [ -z "${EXTCAP:-}" ] || printf 'Extcap path:         \t%s\n' "$here/extcap"
    printf 'Personal Plugins:    \t%s\nGlobal Plugins:      \t%s\n' "$here/personal/4.0" "$here/global/4.0" ;;
  "-G plugins")
    printf 'ethercat.so     \t0.1.0\tdissector\t/usr/lib/ethercat.so\n'
    [ -z "${LOADED:-}" ] || printf 'catshark.so     \t0.1.0\tdissector\t%s\n' "$here/$LOADED"
    [ -z "${COMPLAINT:-}" ] || echo "$COMPLAINT" >&2 ;;
  *) echo "unexpected: $*" >&2; exit 1 ;;
esac
FAKE
cat >"$work/bin/dumpcap" <<'FAKE'
#!/bin/sh
case "$*" in
  -D) [ -n "${NO_INTERFACE:-}" ] || printf '1. eth0\n2. any\n3. lo (Loopback)\n' ;;
  "-d -i eth0")
    echo "Capturing on 'eth0'" >&2
    [ -z "${DENIED:-}" ] || { printf 'dumpcap: no permission for "eth0".\n(socket: no)\n' >&2; exit 0; }
    echo '(000) ret      #262144' ;;
  *) echo "unexpected: $*" >&2; exit 1 ;;
esac
FAKE
chmod 755 "$work/bin/"*

# place MODULE FOLDER: puts the module in FOLDER/epan; nothing is left of the case before.
clean() {
  rm -rf "$work"/global/*/epan "$work"/personal/*/epan "$work/build/plugins" "$work/global/4.2"
}
place() {
  mkdir -p "$work/$2/epan"
  cp "$1" "$work/$2/epan/catshark.so"
  chmod -R a+rX "$work"
}
doctor() {
  as_user env PATH="$work/bin:/usr/bin:/bin" "$@" "$catshark" doctor
}
rebuild="sudo apt-get install wireshark-dev, then in catshark's sources: rm -r build && cmake -S . -B build && cmake --build build"
group='sudo dpkg-reconfigure wireshark-common && sudo usermod -a -G wireshark $USER, then log in again'

clean
place "$for_40" global/4.0
expect "all well" 0 doctor LOADED=global/4.0/epan/catshark.so <<END
ok    wireshark       tshark 4.0.17 (T/bin/tshark)
ok    plugin-place    T/global/4.0/epan/catshark.so, where Wireshark looks
ok    plugin-version  built for Wireshark 4.0, which is installed
ok    plugin-loads    tshark lists T/global/4.0/epan/catshark.so
ok    profile         T/share/profiles/CATS, use it with -C CATS
ok    capture         dumpcap opens eth0 and lists 3 interfaces
END

expect "not loaded, no reason" 1 doctor <<END
ok    wireshark       tshark 4.0.17 (T/bin/tshark)
ok    plugin-place    T/global/4.0/epan/catshark.so, where Wireshark looks
ok    plugin-version  built for Wireshark 4.0, which is installed
fail  plugin-loads    tshark -G plugins does not list it
mend: mend the findings above, then run catshark doctor again
ok    profile         T/share/profiles/CATS, use it with -C CATS
ok    capture         dumpcap opens eth0 and lists 3 interfaces
END

expect "not loaded, tshark says why" 1 doctor COMPLAINT="Couldn't load plugin 'catshark.so': undefined symbol" <<END
ok    wireshark       tshark 4.0.17 (T/bin/tshark)
ok    plugin-place    T/global/4.0/epan/catshark.so, where Wireshark looks
ok    plugin-version  built for Wireshark 4.0, which is installed
fail  plugin-loads    tshark says: Couldn't load plugin 'catshark.so': undefined symbol
mend: $rebuild
ok    profile         T/share/profiles/CATS, use it with -C CATS
ok    capture         dumpcap opens eth0 and lists 3 interfaces
END

expect "may not capture" 1 doctor LOADED=global/4.0/epan/catshark.so DENIED=1 <<END
ok    wireshark       tshark 4.0.17 (T/bin/tshark)
ok    plugin-place    T/global/4.0/epan/catshark.so, where Wireshark looks
ok    plugin-version  built for Wireshark 4.0, which is installed
ok    plugin-loads    tshark lists T/global/4.0/epan/catshark.so
ok    profile         T/share/profiles/CATS, use it with -C CATS
warn  capture         this user may not capture on eth0 (dumpcap: no permission for "eth0".)
mend: $group
END

expect "no interface" 1 doctor LOADED=global/4.0/epan/catshark.so NO_INTERFACE=1 <<END
ok    wireshark       tshark 4.0.17 (T/bin/tshark)
ok    plugin-place    T/global/4.0/epan/catshark.so, where Wireshark looks
ok    plugin-version  built for Wireshark 4.0, which is installed
ok    plugin-loads    tshark lists T/global/4.0/epan/catshark.so
ok    profile         T/share/profiles/CATS, use it with -C CATS
warn  capture         T/bin/dumpcap -D lists no interface
mend: $group
END

chmod 600 "$work/bin/dumpcap"
expect "dumpcap for others only" 1 as_user env PATH="$work/bin" LOADED=global/4.0/epan/catshark.so "$catshark" doctor <<END
ok    wireshark       tshark 4.0.17 (T/bin/tshark)
ok    plugin-place    T/global/4.0/epan/catshark.so, where Wireshark looks
ok    plugin-version  built for Wireshark 4.0, which is installed
ok    plugin-loads    tshark lists T/global/4.0/epan/catshark.so
ok    profile         T/share/profiles/CATS, use it with -C CATS
warn  capture         this user may not run T/bin/dumpcap
mend: $group
END
chmod 755 "$work/bin/dumpcap"

clean
place "$for_40" personal/4.0
expect "in the personal folder" 0 doctor LOADED=personal/4.0/epan/catshark.so <<END
ok    wireshark       tshark 4.0.17 (T/bin/tshark)
ok    plugin-place    T/personal/4.0/epan/catshark.so, where Wireshark looks
ok    plugin-version  built for Wireshark 4.0, which is installed
ok    plugin-loads    tshark lists T/personal/4.0/epan/catshark.so
ok    profile         T/share/profiles/CATS, use it with -C CATS
ok    capture         dumpcap opens eth0 and lists 3 interfaces
END

place "$for_40" global/4.0
expect "in both folders" 1 doctor LOADED=global/4.0/epan/catshark.so <<END
ok    wireshark       tshark 4.0.17 (T/bin/tshark)
fail  plugin-place    two plugins, and Wireshark takes one: T/global/4.0/epan/catshark.so and T/personal/4.0/epan/catshark.so
mend: rm T/personal/4.0/epan/catshark.so
ok    plugin-version  built for Wireshark 4.0, which is installed
ok    plugin-loads    tshark lists T/global/4.0/epan/catshark.so
ok    profile         T/share/profiles/CATS, use it with -C CATS
ok    capture         dumpcap opens eth0 and lists 3 interfaces
END

clean
place "$for_42" global/4.0
expect "built for another Wireshark" 1 doctor COMPLAINT="The plugin 'catshark.so' was compiled for Wireshark version 4.2" <<END
ok    wireshark       tshark 4.0.17 (T/bin/tshark)
ok    plugin-place    T/global/4.0/epan/catshark.so, where Wireshark looks
fail  plugin-version  T/global/4.0/epan/catshark.so is built for Wireshark 4.2, installed is 4.0
mend: $rebuild
fail  plugin-loads    tshark says: The plugin 'catshark.so' was compiled for Wireshark version 4.2
mend: $rebuild
ok    profile         T/share/profiles/CATS, use it with -C CATS
ok    capture         dumpcap opens eth0 and lists 3 interfaces
END

clean
place "$for_42" global/4.2
expect "in the folder of another Wireshark" 1 doctor <<END
ok    wireshark       tshark 4.0.17 (T/bin/tshark)
fail  plugin-place    T/global/4.2/epan/catshark.so is in the folder of another Wireshark, this one (4.0) looks in T/global/4.0
mend: $rebuild
fail  plugin-version  T/global/4.2/epan/catshark.so is built for Wireshark 4.2, installed is 4.0
mend: $rebuild
fail  plugin-loads    tshark -G plugins does not list it
mend: mend the findings above, then run catshark doctor again
ok    profile         T/share/profiles/CATS, use it with -C CATS
ok    capture         dumpcap opens eth0 and lists 3 interfaces
END

clean
mkdir -p "$work/global/4.0/epan"
echo "no module" >"$work/global/4.0/epan/catshark.so"
chmod -R a+rX "$work"
expect "not a plugin" 1 doctor <<END
ok    wireshark       tshark 4.0.17 (T/bin/tshark)
ok    plugin-place    T/global/4.0/epan/catshark.so, where Wireshark looks
fail  plugin-version  T/global/4.0/epan/catshark.so is no Wireshark plugin of this machine
mend: $rebuild
fail  plugin-loads    tshark -G plugins does not list it
mend: mend the findings above, then run catshark doctor again
ok    profile         T/share/profiles/CATS, use it with -C CATS
ok    capture         dumpcap opens eth0 and lists 3 interfaces
END

clean
place "$for_40" build/plugins/4.0
expect "built, not placed" 1 doctor <<END
ok    wireshark       tshark 4.0.17 (T/bin/tshark)
fail  plugin-place    T/build/plugins/4.0/epan/catshark.so is built, but Wireshark looks in T/global/4.0 and T/personal/4.0
mend: export WIRESHARK_PLUGIN_DIR=T/build/plugins
ok    plugin-version  built for Wireshark 4.0, which is installed
fail  plugin-loads    tshark -G plugins does not list it
mend: mend the findings above, then run catshark doctor again
ok    profile         T/share/profiles/CATS, use it with -C CATS
ok    capture         dumpcap opens eth0 and lists 3 interfaces
END

mkdir -p "$work/in two words/bin"
cp "$catshark" "$work/in two words/bin/"
cp -r "$work/build/plugins" "$work/in two words/"
chmod -R a+rX "$work"
expect "built in a folder with spaces" 1 as_user env PATH="$work/bin:/usr/bin:/bin" sh -c '"$1" doctor | grep export; exit 1' - \
  "$work/in two words/bin/catshark" <<END
mend: export WIRESHARK_PLUGIN_DIR='T/in two words/plugins'
END

if [ "$(id -u)" -eq 0 ]; then
  ignores="run as root, Wireshark ignores WIRESHARK_PLUGIN_DIR and the personal folder"
  expect "built, not placed, as root" 1 env PATH="$work/bin:/usr/bin:/bin" "$catshark" doctor <<END
ok    wireshark       tshark 4.0.17 (T/bin/tshark)
warn  plugin-place    T/build/plugins/4.0/epan/catshark.so is built, not installed in T/global/4.0; $ignores
mend: install -D -m 644 T/build/plugins/4.0/epan/catshark.so T/global/4.0/epan/catshark.so
ok    plugin-version  built for Wireshark 4.0, which is installed
warn  plugin-loads    not loaded, and not tried further: $ignores
mend: run catshark doctor as the user who runs Wireshark; from a build tree root may use packaging/as-user.sh
ok    profile         T/share/profiles/CATS, use it with -C CATS
ok    capture         dumpcap opens eth0 and lists 3 interfaces
END
  clean
  place "$for_40" personal/4.0
  expect "in the personal folder, as root" 1 env PATH="$work/bin:/usr/bin:/bin" "$catshark" doctor <<END
ok    wireshark       tshark 4.0.17 (T/bin/tshark)
warn  plugin-place    T/personal/4.0/epan/catshark.so: $ignores
mend: run Wireshark and catshark doctor as the user whose plugin it is
ok    plugin-version  built for Wireshark 4.0, which is installed
warn  plugin-loads    not loaded, and not tried further: $ignores
mend: run catshark doctor as the user who runs Wireshark; from a build tree root may use packaging/as-user.sh
ok    profile         T/share/profiles/CATS, use it with -C CATS
ok    capture         dumpcap opens eth0 and lists 3 interfaces
END
fi

clean
expect "nowhere" 1 doctor <<END
ok    wireshark       tshark 4.0.17 (T/bin/tshark)
fail  plugin-place    no epan/catshark.so in T/global/4.0 or T/personal/4.0
mend: sudo apt-get install wireshark-dev, then in catshark's sources: cmake -S . -B build && cmake --build build && sudo cmake --install build
ok    profile         T/share/profiles/CATS, use it with -C CATS
ok    capture         dumpcap opens eth0 and lists 3 interfaces
END

mkdir -p "$work/extcap" "$work/build/extcap"
place "$for_40" global/4.0
well() {
  sed 's/^ *//' <<END
ok    wireshark       tshark 4.0.17 (T/bin/tshark)
ok    plugin-place    T/global/4.0/epan/catshark.so, where Wireshark looks
ok    plugin-version  built for Wireshark 4.0, which is installed
ok    plugin-loads    tshark lists T/global/4.0/epan/catshark.so
ok    profile         T/share/profiles/CATS, use it with -C CATS
$1
${2:-}
ok    capture         dumpcap opens eth0 and lists 3 interfaces
END
}
absent="warn  extcap          no catshark-extcap in T/extcap: Wireshark does not list our captures"
expect "no extcap" 1 doctor LOADED=global/4.0/epan/catshark.so EXTCAP=1 \
  < <(well "$absent" "mend: in catshark's sources: cmake --build build && sudo cmake --install build")
touch "$work/build/extcap/catshark-extcap"
chmod 755 "$work/build/extcap/catshark-extcap"
expect "an extcap that is built, not placed" 1 doctor LOADED=global/4.0/epan/catshark.so EXTCAP=1 \
  < <(well "$absent" "mend: sudo install -m 755 T/build/extcap/catshark-extcap T/extcap")
cp "$work/build/extcap/catshark-extcap" "$work/extcap/"
expect "an extcap without the right" 1 doctor LOADED=global/4.0/epan/catshark.so EXTCAP=1 \
  < <(well "warn  extcap          T/extcap/catshark-extcap, but this user may not capture with catshark" \
    "mend: sudo setcap cap_net_raw+ep T/build/bin/catshark")
if [ "$(id -u)" -eq 0 ]; then
  expect "extcap, all well" 0 env PATH="$work/bin:/usr/bin:/bin" LOADED=global/4.0/epan/catshark.so EXTCAP=1 \
    "$catshark" doctor < <(well "ok    extcap          T/extcap/catshark-extcap, where Wireshark looks" | grep .)
fi
clean

rm -r "$work/share/profiles/CATS"
expect "no profile" 1 doctor <<END
ok    wireshark       tshark 4.0.17 (T/bin/tshark)
fail  plugin-place    no epan/catshark.so in T/global/4.0 or T/personal/4.0
mend: sudo apt-get install wireshark-dev, then in catshark's sources: cmake -S . -B build && cmake --build build && sudo cmake --install build
warn  profile         no profiles/CATS in T/my or T/share
mend: in catshark's sources: cmake --build build && sudo cmake --install build
ok    capture         dumpcap opens eth0 and lists 3 interfaces
END

mkdir -p "$work/build/profiles/CATS"
touch "$work/build/profiles/CATS/preferences"
place "$for_40" global/4.0
expect "a profile that is built, not placed" 1 doctor LOADED=global/4.0/epan/catshark.so <<END
ok    wireshark       tshark 4.0.17 (T/bin/tshark)
ok    plugin-place    T/global/4.0/epan/catshark.so, where Wireshark looks
ok    plugin-version  built for Wireshark 4.0, which is installed
ok    plugin-loads    tshark lists T/global/4.0/epan/catshark.so
warn  profile         no profiles/CATS in T/my or T/share
mend: mkdir -p T/my/profiles && cp -r T/build/profiles/CATS T/my/profiles
ok    capture         dumpcap opens eth0 and lists 3 interfaces
END

mkdir -p "$work/my/profiles"
cp -r "$work/build/profiles/CATS" "$work/my/profiles/"
expect "a profile of one's own" 0 doctor LOADED=global/4.0/epan/catshark.so <<END
ok    wireshark       tshark 4.0.17 (T/bin/tshark)
ok    plugin-place    T/global/4.0/epan/catshark.so, where Wireshark looks
ok    plugin-version  built for Wireshark 4.0, which is installed
ok    plugin-loads    tshark lists T/global/4.0/epan/catshark.so
ok    profile         T/my/profiles/CATS, use it with -C CATS
ok    capture         dumpcap opens eth0 and lists 3 interfaces
END

expect "no Wireshark at all" 1 as_user env PATH="$work/empty" "$catshark" doctor <<END
fail  wireshark       no tshark in PATH
mend: sudo apt-get install tshark
warn  capture         no dumpcap in PATH
mend: sudo apt-get install wireshark-common
END

expect "json" 1 as_user env PATH="$work/empty" "$catshark" doctor --json <<END
{"check":"wireshark","status":"fail","text":"no tshark in PATH","mend":"sudo apt-get install tshark"}
{"check":"capture","status":"warn","text":"no dumpcap in PATH","mend":"sudo apt-get install wireshark-common"}
END

finish
