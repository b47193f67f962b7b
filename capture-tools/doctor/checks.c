/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Is the plugin where this Wireshark looks, was it built for it, does it load; is the profile there; does
 * Wireshark find our captures; may this user capture, by Wireshark's program and by ours.
 * Spec: Wireshark's plugin folders (WIRESHARK_PLUGIN_DIR, global, personal), which root is denied. */
#include "checks.h"

#include "capture-tools/live/privileges.h"
#include "plugin-file.h"
#include "wireshark.h"

#include <string.h>
#include <unistd.h>

static const char *const status_names[] = {
    [FINDING_OK] = "ok", [FINDING_WARN] = "warn", [FINDING_FAIL] = "fail"
};

const char *finding_status_name(finding_status status)
{
    return status_names[status];
}

static void finding_free(gpointer data)
{
    finding *f = data;
    g_free(f->text);
    g_free(f->mend);
    g_free(f);
}

/* Takes both texts. */
static void add(GPtrArray *findings, const char *check, finding_status status, char *text, char *mend)
{
    finding *f = g_new(finding, 1);
    *f = (finding){ check, status, text, mend };
    g_ptr_array_add(findings, f);
}

/* ---- where the plugin lies ---- */

typedef struct plugin_place {
    char *global, *personal; /* the module in the folders of this Wireshark, or NULL */
    char *other_version;     /* in their sibling of another version, or NULL */
    char *beside;            /* built beside this program and not among the above, or NULL */
} plugin_place;

static char *module_in(const char *folder)
{
    g_autofree char *path = folder != NULL ? g_build_filename(folder, "epan", PLUGIN_FILE, NULL) : NULL;
    return path != NULL && g_file_test(path, G_FILE_TEST_IS_REGULAR) ? g_steal_pointer(&path) : NULL;
}

/* The module in any version's folder below `plugins` but the one named `except` (may be NULL). */
static char *module_below(const char *plugins, const char *except)
{
    g_autoptr(GDir) versions = g_dir_open(plugins, 0, NULL);
    const char *version;
    while (versions != NULL && (version = g_dir_read_name(versions)) != NULL) {
        if (except != NULL && strcmp(version, except) == 0)
            continue;
        g_autofree char *folder = g_build_filename(plugins, version, NULL);
        char *module = module_in(folder);
        if (module != NULL)
            return module;
    }
    return NULL;
}

static char *module_of_other_version(const char *folder)
{
    if (folder == NULL)
        return NULL;
    g_autofree char *plugins = g_path_get_dirname(folder);
    g_autofree char *version = g_path_get_basename(folder);
    return module_below(plugins, version);
}

/* BUILD of the build whose BUILD/bin/catshark this is; NULL when the system does not tell. */
static char *build_folder(void)
{
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    if (program == NULL)
        return NULL;
    g_autofree char *bin = g_path_get_dirname(program);
    return g_path_get_dirname(bin);
}

/* plugins/VERSION/epan/ of that build. */
static char *module_beside(void)
{
    g_autofree char *build = build_folder();
    if (build == NULL)
        return NULL;
    g_autofree char *plugins = g_build_filename(build, "plugins", NULL);
    return module_below(plugins, NULL);
}

static void find_places(const wireshark_facts *facts, plugin_place *place)
{
    *place = (plugin_place){ .global = module_in(facts->global_plugins),
                             .personal = module_in(facts->personal_plugins),
                             .other_version = module_of_other_version(facts->global_plugins),
                             .beside = module_beside() };
    if (place->other_version == NULL)
        place->other_version = module_of_other_version(facts->personal_plugins);
}

static void places_clear(plugin_place *place)
{
    g_free(place->global);
    g_free(place->personal);
    g_free(place->other_version);
    g_free(place->beside);
}

/* The file that the other checks are about. */
static const char *module_of(const plugin_place *place)
{
    return place->global != NULL          ? place->global
           : place->personal != NULL      ? place->personal
           : place->other_version != NULL ? place->other_version
                                          : place->beside;
}

static bool is_root(void)
{
    return geteuid() == 0;
}

#define ROOT_IGNORES "run as root, Wireshark ignores WIRESHARK_PLUGIN_DIR and the personal folder"

/* ---- the checks ---- */

static bool check_wireshark(const wireshark_facts *facts, GPtrArray *findings)
{
    static const char check[] = "wireshark";
    if (facts->tshark == NULL) {
        add(findings, check, FINDING_FAIL, g_strdup("no tshark in PATH"),
            g_strdup("sudo apt-get install tshark"));
        return false;
    }
    if (facts->version == NULL) {
        add(findings, check, FINDING_FAIL, g_strdup_printf("%s does not tell its version", facts->tshark),
            g_strdup("sudo apt-get install --reinstall tshark"));
        return false;
    }
    add(findings, check, FINDING_OK, g_strdup_printf("tshark %s (%s)", facts->version, facts->tshark), NULL);
    return true;
}

/* Rebuilding with the headers of this Wireshark. */
static char *rebuild(void)
{
    return g_strdup(
        "sudo apt-get install wireshark-dev, then in catshark's sources: rm -r build && cmake -S . -B build "
        "&& cmake --build build");
}

/* A path as a word of the shell: as it is where that is plain. */
static char *shell_word(const char *path)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-+";
    return path[strspn(path, plain)] == '\0' ? g_strdup(path) : g_shell_quote(path);
}

static char *how_to_place(const wireshark_facts *facts, const char *module)
{
    if (is_root() && facts->global_plugins != NULL) {
        g_autofree char *place = g_build_filename(facts->global_plugins, "epan", PLUGIN_FILE, NULL);
        g_autofree char *from = shell_word(module), *to = shell_word(place);
        return g_strdup_printf("install -D -m 644 %s %s", from, to);
    }
    g_autofree char *epan = g_path_get_dirname(module);
    g_autofree char *version = g_path_get_dirname(epan);
    g_autofree char *plugins = g_path_get_dirname(version);
    g_autofree char *folder = shell_word(plugins);
    return g_strdup_printf("export WIRESHARK_PLUGIN_DIR=%s", folder);
}

static void check_place(const wireshark_facts *facts, const plugin_place *place, GPtrArray *findings)
{
    static const char check[] = "plugin-place";
    const char *global = facts->global_plugins != NULL ? facts->global_plugins : "its global folder";
    const char *personal = facts->personal_plugins != NULL ? facts->personal_plugins : "its personal folder";
    if (place->global != NULL && place->personal != NULL && !is_root()) {
        g_autofree char *one = shell_word(place->personal);
        add(findings, check, FINDING_FAIL,
            g_strdup_printf("two plugins, and Wireshark takes one: %s and %s", place->global,
                            place->personal),
            g_strdup_printf("rm %s", one));
    } else if (place->global != NULL || (place->personal != NULL && !is_root()))
        add(findings, check, FINDING_OK,
            g_strdup_printf("%s, where Wireshark looks",
                            place->global != NULL ? place->global : place->personal),
            NULL);
    else if (place->personal != NULL)
        add(findings, check, FINDING_WARN, g_strdup_printf("%s: " ROOT_IGNORES, place->personal),
            g_strdup("run Wireshark and catshark doctor as the user whose plugin it is"));
    else if (place->other_version != NULL)
        add(findings, check, FINDING_FAIL,
            g_strdup_printf("%s is in the folder of another Wireshark, this one (%u.%u) looks in %s",
                            place->other_version, facts->major, facts->minor, global),
            rebuild());
    else if (place->beside != NULL && is_root())
        add(findings, check, FINDING_WARN,
            g_strdup_printf("%s is built, not installed in %s; " ROOT_IGNORES, place->beside, global),
            how_to_place(facts, place->beside));
    else if (place->beside != NULL)
        add(findings, check, FINDING_FAIL,
            g_strdup_printf("%s is built, but Wireshark looks in %s and %s", place->beside, global, personal),
            how_to_place(facts, place->beside));
    else
        add(findings, check, FINDING_FAIL,
            g_strdup_printf("no epan/" PLUGIN_FILE " in %s or %s", global, personal),
            g_strdup("sudo apt-get install wireshark-dev, then in catshark's sources: cmake -S . -B build && "
                     "cmake "
                     "--build build && sudo cmake --install build"));
}

static void check_version(const wireshark_facts *facts, const char *module, GPtrArray *findings)
{
    static const char check[] = "plugin-version";
    plugin_version version;
    if (!plugin_file_version(module, &version)) {
        add(findings, check, FINDING_FAIL,
            g_strdup_printf("%s is no Wireshark plugin of this machine", module), rebuild());
        return;
    }
    bool same = version.major == (int32_t)facts->major && version.minor == (int32_t)facts->minor;
    if (same)
        add(findings, check, FINDING_OK,
            g_strdup_printf("built for Wireshark %d.%d, which is installed", version.major, version.minor),
            NULL);
    else
        add(findings, check, FINDING_FAIL,
            g_strdup_printf("%s is built for Wireshark %d.%d, installed is %u.%u", module, version.major,
                            version.minor, facts->major, facts->minor),
            rebuild());
}

static void check_loads(const wireshark_facts *facts, const plugin_place *place, GPtrArray *findings)
{
    static const char check[] = "plugin-loads";
    if (facts->loaded != NULL)
        add(findings, check, FINDING_OK, g_strdup_printf("tshark lists %s", facts->loaded), NULL);
    else if (is_root() && place->global == NULL)
        add(findings, check, FINDING_WARN, g_strdup("not loaded, and not tried further: " ROOT_IGNORES),
            g_strdup("run catshark doctor as the user who runs Wireshark; from a build tree root may use "
                     "packaging/as-user.sh"));
    else if (facts->complaint != NULL)
        add(findings, check, FINDING_FAIL, g_strdup_printf("tshark says: %s", facts->complaint), rebuild());
    else
        add(findings, check, FINDING_FAIL, g_strdup("tshark -G plugins does not list it"),
            g_strdup("mend the findings above, then run catshark doctor again"));
}

/* ---- the profile ---- */

static char *profile_in(const char *configuration)
{
    g_autofree char *path =
        configuration != NULL ? g_build_filename(configuration, "profiles", PROFILE_NAME, NULL) : NULL;
    return path != NULL && g_file_test(path, G_FILE_TEST_IS_DIR) ? g_steal_pointer(&path) : NULL;
}

static char *how_to_get_profile(const wireshark_facts *facts)
{
    g_autofree char *build = build_folder();
    g_autofree char *beside =
        build != NULL ? g_build_filename(build, "profiles", PROFILE_NAME, "preferences", NULL) : NULL;
    if (beside == NULL || !g_file_test(beside, G_FILE_TEST_IS_REGULAR))
        return g_strdup("in catshark's sources: cmake --build build && sudo cmake --install build");
    g_autofree char *profile = g_path_get_dirname(beside);
    g_autofree char *profiles = g_build_filename(facts->personal_configuration, "profiles", NULL);
    g_autofree char *from = shell_word(profile), *to = shell_word(profiles);
    return g_strdup_printf("mkdir -p %s && cp -r %s %s", to, from, to);
}

static void check_profile(const wireshark_facts *facts, GPtrArray *findings)
{
    static const char check[] = "profile";
    if (facts->personal_configuration == NULL || facts->global_configuration == NULL)
        return;
    g_autofree char *personal = profile_in(facts->personal_configuration);
    g_autofree char *global = profile_in(facts->global_configuration);
    if (personal != NULL || global != NULL)
        add(findings, check, FINDING_OK,
            g_strdup_printf("%s, use it with -C " PROFILE_NAME, personal != NULL ? personal : global), NULL);
    else
        add(findings, check, FINDING_WARN,
            g_strdup_printf("no profiles/" PROFILE_NAME " in %s or %s", facts->personal_configuration,
                            facts->global_configuration),
            how_to_get_profile(facts));
}

/* ---- captures of ours in Wireshark's list ---- */

static char *how_to_get_extcap(const wireshark_facts *facts)
{
    g_autofree char *build = build_folder();
    g_autofree char *beside = build != NULL ? g_build_filename(build, "extcap", EXTCAP_FILE, NULL) : NULL;
    if (beside == NULL || !g_file_test(beside, G_FILE_TEST_IS_EXECUTABLE))
        return g_strdup("in catshark's sources: cmake --build build && sudo cmake --install build");
    g_autofree char *from = shell_word(beside), *to = shell_word(facts->extcap);
    return g_strdup_printf("%sinstall -m 755 %s %s", is_root() ? "" : "sudo ", from, to);
}

static void check_extcap(const wireshark_facts *facts, GPtrArray *findings)
{
    static const char check[] = "extcap";
    if (facts->extcap == NULL)
        return;
    g_autofree char *program = g_build_filename(facts->extcap, EXTCAP_FILE, NULL);
    g_autofree char *line = privileges_setcap_line(PRIVILEGE_RAW);
    if (!g_file_test(program, G_FILE_TEST_IS_EXECUTABLE))
        add(findings, check, FINDING_WARN,
            g_strdup_printf("no " EXTCAP_FILE " in %s: Wireshark does not list our captures", facts->extcap),
            how_to_get_extcap(facts));
    else if (!privileges_check(PRIVILEGE_RAW, NULL))
        add(findings, check, FINDING_WARN,
            g_strdup_printf("%s, but this user may not capture with catshark", program),
            g_strdup_printf("%s%s", is_root() ? "" : "sudo ", line));
    else
        add(findings, check, FINDING_OK, g_strdup_printf("%s, where Wireshark looks", program), NULL);
}

/* ---- the right to capture ---- */

#define LET_GROUP_CAPTURE \
    "sudo dpkg-reconfigure wireshark-common && sudo usermod -a -G wireshark $USER, then log in again"

static void check_capture(GPtrArray *findings)
{
    static const char check[] = "capture";
    dumpcap_facts facts;
    dumpcap_facts_gather(&facts);
    if (facts.dumpcap == NULL && facts.present != NULL)
        add(findings, check, FINDING_WARN, g_strdup_printf("this user may not run %s", facts.present),
            g_strdup(LET_GROUP_CAPTURE));
    else if (facts.dumpcap == NULL)
        add(findings, check, FINDING_WARN, g_strdup("no dumpcap in PATH"),
            g_strdup("sudo apt-get install wireshark-common"));
    else if (facts.count == 0)
        add(findings, check, FINDING_WARN, g_strdup_printf("%s -D lists no interface", facts.dumpcap),
            g_strdup(LET_GROUP_CAPTURE));
    else if (!facts.may_capture)
        add(findings, check, FINDING_WARN,
            g_strdup_printf("this user may not capture on %s (%s)", facts.interface,
                            facts.complaint != NULL ? facts.complaint : "dumpcap gives no reason"),
            g_strdup(is_root() ? "give the container or namespace CAP_NET_RAW" : LET_GROUP_CAPTURE));
    else
        add(findings, check, FINDING_OK,
            g_strdup_printf("dumpcap opens %s and lists %u interface%s", facts.interface, facts.count,
                            facts.count == 1 ? "" : "s"),
            NULL);
    dumpcap_facts_clear(&facts);
}

/* Wireshark and the plugin; true when there is a Wireshark. */
static bool check_plugin(const wireshark_facts *facts, GPtrArray *findings)
{
    if (!check_wireshark(facts, findings))
        return false;
    plugin_place place;
    find_places(facts, &place);
    check_place(facts, &place, findings);
    const char *module = module_of(&place);
    if (module != NULL) {
        check_version(facts, module, findings);
        check_loads(facts, &place, findings);
    }
    places_clear(&place);
    return true;
}

GPtrArray *doctor_findings(void)
{
    GPtrArray *findings = g_ptr_array_new_with_free_func(finding_free);
    wireshark_facts facts;
    wireshark_facts_gather(&facts);
    if (check_plugin(&facts, findings)) {
        check_profile(&facts, findings);
        check_extcap(&facts, findings);
    }
    wireshark_facts_clear(&facts);
    check_capture(findings);
    return findings;
}

char *doctor_plugin_advice(void)
{
    GString *advice = g_string_new(NULL);
    g_autoptr(GPtrArray) findings = g_ptr_array_new_with_free_func(finding_free);
    wireshark_facts facts;
    wireshark_facts_gather(&facts);
    g_autofree char *installed = module_in(facts.global_plugins);
    bool denied = facts.tshark != NULL && installed == NULL && is_root();
    if (!denied)
        check_plugin(&facts, findings);
    wireshark_facts_clear(&facts);
    if (denied)
        g_string_assign(advice, ROOT_IGNORES "; run this as another user, or install the plugin (sudo cmake "
                                             "--install build)");
    for (guint i = 0; i < findings->len; i++) {
        const finding *f = findings->pdata[i];
        if (f->status != FINDING_OK)
            g_string_append_printf(advice, "%s%s (mend: %s)", advice->len > 0 ? "; " : "", f->text, f->mend);
    }
    return g_string_free(advice, FALSE);
}
