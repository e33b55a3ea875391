/*
 * A library with the ABI of WeCom's archive SDK, which serves what a test has written into the folder beside it.
 *
 *   chat.jsonl, chat.idx      messages as GetChatData gives them, a line each; (seq, offset, length) as three u64 each
 *   media/<sdkfileid>         the bytes of a file
 *   expect                    corpid and secret that Init takes, a line each
 *   expired                   a number: asked for what comes after a smaller seq (but 0), GetChatData says 10010
 *   fault.<function>          what the function does instead of its work: "code N", "crash", "abort", "hang", "garbage";
 *                             with a number behind it only that often. The file "fault.GetMediaData" may begin with
 *                             "after N": the Nth call from now on.
 *   calls                     a line for every request over the network
 *   leaks                     what was allocated and not freed, written by DestroySdk
 *
 * Sealed text is base64("SGD1" + message XOR key, repeated). As the real one, it aborts when that is too short; and when
 * the message has a "poison" in it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct { char *buf; int len; } Slice_t;
typedef struct { char *outindexbuf; int out_len; char *data; int data_len; int is_finish; } MediaData_t;
typedef struct { int initialised; } WeWorkFinanceSdk_t;
typedef struct { uint64_t seq, offset, length; } Line;

enum { PIECE = 512 * 1024, SHORTEST = 8 };

static int live_slices, live_media, live_sdks;

static const char *path_of(const char *name) {
    static char path[4096];
    Dl_info info;
    dladdr((void *)&path_of, &info);
    snprintf(path, sizeof path, "%s", info.dli_fname);
    snprintf(strrchr(path, '/') + 1, 1024, "%s", name);
    return path;
}

static char *slurp(const char *path, long *size) {
    FILE *file = fopen(path, "rb");
    if (!file) return NULL;
    fseek(file, 0, SEEK_END);
    *size = ftell(file);
    rewind(file);
    char *content = malloc(*size + 1);
    *size = (long)fread(content, 1, *size, file);
    content[*size] = 0;
    fclose(file);
    return content;
}

/* What a function is to do instead of its work: 0 its work, else a code; or it never returns. */
static int fault(const char *function) {
    char name[64], kind[32] = "", after[8] = "";
    int code = 0, times = -1, wait = 0, read = 0;
    long size;
    snprintf(name, sizeof name, "fault.%s", function);
    char *said = slurp(path_of(name), &size);
    if (!said) return 0;
    const char *at = said;
    if (sscanf(at, "%7s %d %n", after, &wait, &read) == 2 && !strcmp(after, "after")) at += read; else wait = 0;
    if (sscanf(at, "%31s", kind) == 1 && !strcmp(kind, "code")) sscanf(at, "%*s %d %d", &code, &times);
    else sscanf(at, "%*s %d", &times);
    if (wait > 0 || times > 0) {
        FILE *file = fopen(path_of(name), "w");
        if (wait > 1) fprintf(file, "after %d ", wait - 1);
        int left = wait > 0 ? times : times - 1;
        if (!strcmp(kind, "code")) fprintf(file, "code %d", code); else fprintf(file, "%s", kind);
        if (times > 0) fprintf(file, " %d", left);
        fclose(file);
        if (wait > 0) { free(said); return 0; }
        if (left == 0) unlink(path_of(name));
    }
    free(said);
    if (!strcmp(kind, "crash")) raise(SIGSEGV);
    if (!strcmp(kind, "abort")) abort();
    if (!strcmp(kind, "hang")) for (;;) sleep(1000);
    if (!strcmp(kind, "garbage")) return -1;
    return code;
}

static void note(const char *function, unsigned long long number, const char *text) {
    FILE *file = fopen(path_of("calls"), "a");
    fprintf(file, "%s %llu %s\n", function, number, text);
    fclose(file);
}

static int fill(Slice_t *slice, const char *content, size_t length) {
    slice->buf = malloc(length + 1);
    memcpy(slice->buf, content, length);
    slice->buf[length] = 0;
    slice->len = (int)length;
    return 0;
}

WeWorkFinanceSdk_t *NewSdk(void) { live_sdks++; return calloc(1, sizeof(WeWorkFinanceSdk_t)); }

int Init(WeWorkFinanceSdk_t *sdk, const char *corpid, const char *secret) {
    printf("the SDK says hello on standard output\n");
    fflush(stdout);
    int code = fault("Init");
    if (code) return code;
    char expected[512];
    long size;
    char *said = slurp(path_of("expect"), &size);
    snprintf(expected, sizeof expected, "%s\n%s\n", corpid, secret);
    code = said && strcmp(said, expected) ? 10000 : 0;
    free(said);
    sdk->initialised = !code;
    return code;
}

void DestroySdk(WeWorkFinanceSdk_t *sdk) {
    live_sdks--;
    free(sdk);
    FILE *file = fopen(path_of("leaks"), "w");
    fprintf(file, "%d %d %d\n", live_slices, live_media, live_sdks);
    fclose(file);
}

Slice_t *NewSlice(void) { live_slices++; return calloc(1, sizeof(Slice_t)); }
void FreeSlice(Slice_t *slice) { live_slices--; free(slice->buf); free(slice); }
char *GetContentFromSlice(Slice_t *slice) { return slice->buf; }
int GetSliceLen(Slice_t *slice) { return slice->len; }

MediaData_t *NewMediaData(void) { live_media++; return calloc(1, sizeof(MediaData_t)); }
void FreeMediaData(MediaData_t *media) { live_media--; free(media->data); free(media->outindexbuf); free(media); }
char *GetOutIndexBuf(MediaData_t *media) { return media->outindexbuf; }
int GetIndexLen(MediaData_t *media) { return media->out_len; }
char *GetData(MediaData_t *media) { return media->data; }
int GetDataLen(MediaData_t *media) { return media->data_len; }
int IsMediaDataFinish(MediaData_t *media) { return media->is_finish; }

int GetChatData(WeWorkFinanceSdk_t *sdk, unsigned long long seq, unsigned int limit, const char *proxy,
                const char *passwd, int timeout, Slice_t *slice) {
    (void)proxy, (void)passwd, (void)timeout;
    if (!sdk->initialised || limit > 1000) return 10000;
    note("GetChatData", seq, "");
    int code = fault("GetChatData");
    if (code == -1) return fill(slice, "{\"errcode\":0,", 13);
    if (code > 100000) {
        char said[80];
        return fill(slice, said, (size_t)snprintf(said, sizeof said, "{\"errcode\":%d,\"errmsg\":\"no\"}", code));
    }
    if (code) return code;
    long size = 0;
    char *limit_said = slurp(path_of("expired"), &size);
    unsigned long long oldest = limit_said ? strtoull(limit_said, NULL, 10) : 0;
    free(limit_said);
    if (seq && seq < oldest) return 10010;
    Line *lines = (Line *)slurp(path_of("chat.idx"), &size);
    size_t count = lines ? (size_t)size / sizeof(Line) : 0, low = 0, high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (lines[middle].seq > seq && lines[middle].seq >= oldest) high = middle; else low = middle + 1;
    }
    size_t end = low + limit < count ? low + limit : count, room = 64, used;
    for (size_t i = low; i < end; i++) room += lines[i].length + 1;
    char *said = malloc(room);
    used = (size_t)sprintf(said, "{\"errcode\":0,\"errmsg\":\"ok\",\"chatdata\":[");
    FILE *file = low < end ? fopen(path_of("chat.jsonl"), "rb") : NULL;
    for (size_t i = low; i < end; i++) {
        if (i > low) said[used++] = ',';
        fseek(file, (long)lines[i].offset, SEEK_SET);
        used += fread(said + used, 1, lines[i].length, file);
    }
    if (file) fclose(file);
    used += (size_t)sprintf(said + used, "]}");
    fill(slice, said, used);
    free(said);
    free(lines);
    return 0;
}

static int digit(char sign) {
    if (sign >= 'A' && sign <= 'Z') return sign - 'A';
    if (sign >= 'a' && sign <= 'z') return sign - 'a' + 26;
    if (sign >= '0' && sign <= '9') return sign - '0' + 52;
    return sign == '+' ? 62 : sign == '/' ? 63 : -1;
}

int DecryptData(const char *key, const char *sealed, Slice_t *slice) {
    int code = fault("DecryptData");
    if (code) return code;
    size_t length = strlen(sealed), key_length = strlen(key), used = 0;
    if (!key_length) return 10008;
    unsigned char *opened = malloc(length + 4);
    unsigned int bits = 0;
    int held = 0;
    for (size_t i = 0; i < length && sealed[i] != '='; i++) {
        int value = digit(sealed[i]);
        if (value < 0) { free(opened); return 10006; }
        bits = bits << 6 | (unsigned int)value;
        held += 6;
        if (held >= 8) { held -= 8; opened[used++] = (unsigned char)(bits >> held); }
    }
    if (used < SHORTEST) abort();
    for (size_t i = 0; i < used; i++) opened[i] ^= (unsigned char)key[i % key_length];
    if (memmem(opened, used, "\"poison\"", 8)) abort();
    code = memcmp(opened, "SGD1", 4) ? 10006 : fill(slice, (char *)opened + 4, used - 4);
    free(opened);
    return code;
}

int GetMediaData(WeWorkFinanceSdk_t *sdk, const char *index, const char *sdkfileid, const char *proxy,
                 const char *passwd, int timeout, MediaData_t *media) {
    (void)proxy, (void)passwd, (void)timeout;
    unsigned long long begin = 0, end = 0;
    char name[1200];
    if (!sdk->initialised) return 10000;
    if (*index && sscanf(index, "Range:bytes=%llu-%llu", &begin, &end) != 2) return 10000;
    note("GetMediaData", begin, sdkfileid);
    int code = fault("GetMediaData");
    if (code > 0) return code;
    snprintf(name, sizeof name, "media/%s", sdkfileid);
    FILE *file = fopen(path_of(name), "rb");
    if (!file) return 10005;
    fseek(file, 0, SEEK_END);
    unsigned long long size = (unsigned long long)ftell(file);
    fseek(file, (long)begin, SEEK_SET);
    media->data = malloc(PIECE);
    media->data_len = (int)fread(media->data, 1, PIECE, file);
    fclose(file);
    if (code == -1 && media->data_len) media->data[0] ^= 1;
    begin += (unsigned long long)media->data_len;
    media->is_finish = begin >= size;
    if (!media->is_finish)
        media->out_len = asprintf(&media->outindexbuf, "Range:bytes=%llu-%llu", begin, begin + PIECE - 1);
    return 0;
}
