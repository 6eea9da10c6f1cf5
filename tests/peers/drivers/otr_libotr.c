/* Lines in, lines out, around libotr: what its recipe's driver leaves out.
   in : S <words>  R <text>  M <secret>  N <question>|<secret>  A <secret>  B  D  K <words>
        (send, receive, begin the proof, begin it with a question, answer it, abort it, disconnect, use the extra key)
   out: I <text to deliver>  P <words>  E <event>  .
   build: cc -o otr_libotr otr_libotr.c -lotr -lgcrypt */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <libotr/proto.h>
#include <libotr/userstate.h>
#include <libotr/message.h>
#include <libotr/privkey.h>

static OtrlUserState users;
static const char *own, *peer, *channel = "art7";
static char keys[512], tags[512];
static int most;

static OtrlPolicy policy(void *o, ConnContext *c) { return OTRL_POLICY_OPPORTUNISTIC; }
static void make_key(void *o, const char *a, const char *p) { otrl_privkey_generate(users, keys, a, p); }
static int is_there(void *o, const char *a, const char *p, const char *r) { return 1; }
static void inject(void *o, const char *a, const char *p, const char *r, const char *m) { printf("I %s\n", m); }
static void nothing(void *o) {}
static void seen(void *o, OtrlUserState u, const char *a, const char *p, const char *n, unsigned char f[20]) {}
static void secure(void *o, ConnContext *c) { printf("E gone_secure v%d\n", c->protocol_version); }
static void insecure(void *o, ConnContext *c) { printf("E gone_insecure\n"); }
static void still(void *o, ConnContext *c, int replied) { printf("E still_secure\n"); }
static int size(void *o, ConnContext *c) { return most; }
static void proof(void *o, OtrlSMPEvent e, ConnContext *c, unsigned short progress, char *question) {
    printf("E smp %d progress %d%s%s\n", e, progress, question ? " " : "", question ? question : "");
}
static void happened(void *o, OtrlMessageEvent e, ConnContext *c, const char *m, gcry_error_t error) {
    printf("E event %d\n", e);
}
static void make_tag(void *o, const char *a, const char *p) { otrl_instag_generate(users, tags, a, p); }
static void timer(void *o, unsigned int seconds) {}
static void show_key(const unsigned char *key) {
    for (int at = 0; at < OTRL_EXTRAKEY_BYTES; at++) printf("%02x", key[at]);
    printf("\n");
}
static void used(void *o, ConnContext *c, unsigned int use, const unsigned char *data, size_t length,
                 const unsigned char *key) {
    printf("E extra %u %.*s ", use, (int)length, data);
    show_key(key);
}

static OtrlMessageAppOps operations = {
    policy, make_key, is_there, inject, nothing, seen, nothing, secure, insecure, still, size,
    NULL, NULL, used, NULL, NULL, NULL, NULL, proof, happened, make_tag, NULL, NULL, timer,
};

static void start(char **arguments) {
    own = arguments[1];
    peer = arguments[2];
    most = atoi(arguments[4]);
    users = otrl_userstate_create();
    snprintf(keys, sizeof keys, "%s/%s.key", arguments[3], own);
    snprintf(tags, sizeof tags, "%s/%s.tag", arguments[3], own);
    otrl_privkey_read(users, keys);
    if (!otrl_privkey_find(users, own, channel)) make_key(NULL, own, channel);
    printf(".\n");
}

static void run(char command, char *given) {
    ConnContext *c =
        otrl_context_find(users, peer, own, channel, OTRL_INSTAG_BEST, 1, NULL, NULL, NULL);
    char *out = NULL, *secret = strchr(given, '|');
    OtrlTLV *records = NULL;
    unsigned char key[OTRL_EXTRAKEY_BYTES];
    switch (command) {
    case 'S':
        otrl_message_sending(users, &operations, NULL, own, channel, peer, OTRL_INSTAG_BEST, given, NULL, &out,
                             OTRL_FRAGMENT_SEND_ALL, NULL, NULL, NULL);
        break;
    case 'R':
        if (!otrl_message_receiving(users, &operations, NULL, own, channel, peer, given, &out, &records, NULL,
                                    NULL, NULL))
            printf("P %s\n", out ? out : given);
        break;
    case 'M': otrl_message_initiate_smp(users, &operations, NULL, c, (unsigned char *)given, strlen(given)); break;
    case 'N':
        if (!secret) break;
        *secret++ = 0;
        otrl_message_initiate_smp_q(users, &operations, NULL, c, given, (unsigned char *)secret, strlen(secret));
        break;
    case 'A': otrl_message_respond_smp(users, &operations, NULL, c, (unsigned char *)given, strlen(given)); break;
    case 'B': otrl_message_abort_smp(users, &operations, NULL, c); break;
    case 'D': otrl_message_disconnect_all_instances(users, &operations, NULL, own, channel, peer); break;
    case 'K':
        if (!otrl_message_symkey(users, &operations, NULL, c, 7, (unsigned char *)given, strlen(given), key)) {
            printf("E extra ");
            show_key(key);
        }
        break;
    }
    otrl_tlv_free(records);
    otrl_message_free(out);
}

int main(int count, char **arguments) {
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    if (count != 5) return 2;
    OTRL_INIT;
    setvbuf(stdout, NULL, _IOLBF, 0);
    start(arguments);
    while ((length = getline(&line, &room, stdin)) > 0) {
        if (line[length - 1] == '\n') line[--length] = 0;
        run(*line, length > 2 ? line + 2 : "");
        printf(".\n");
    }
    return 0;
}
