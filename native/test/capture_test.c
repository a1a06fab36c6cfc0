// SPDX-License-Identifier: MIT
//
// The GStreamer side without a JVM. One case per process (ctest runs them all), named by the first
// argument; CTest sets the environment that the cases with the NVIDIA test double need.
#include <glib.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../src/gst_capture.h"

#define SECOND UINT64_C(1000000000)
#define SINK " ! appsink name=sink sync=false max-buffers=2 drop=true"
#define EVERY_FRAME " ! appsink name=sink sync=false max-buffers=2"
#define SMALL "video/x-raw,format=I420,width=160,height=120,framerate=30/1"
#define NVMM_CHAIN                                                                            \
  "nvarguscamerasrc sensor-id=0 ! video/x-raw(memory:NVMM),format=NV12,width=320,height=240," \
  "framerate=30/1 ! nvvidconv ! video/x-raw(memory:NVMM),format=I420 ! nvjpegenc name=enc "   \
  "quality=80" SINK

static uint8_t frame[1 << 20];

#define CHECK(condition)                                                      \
  do {                                                                        \
    if (!(condition)) {                                                       \
      fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
      exit(1);                                                                \
    }                                                                         \
  } while (0)

static gc_capture *must_open(const char *description) {
  gc_error error = {""};
  gc_capture *capture = gc_open(description, &error);
  if (capture == NULL) fprintf(stderr, "%s\n", error.text);
  CHECK(capture != NULL);
  return capture;
}

static void must_not_open(const char *description, const char *because) {
  gc_error error = {""};
  CHECK(gc_open(description, &error) == NULL);
  if (strstr(error.text, because) == NULL) fprintf(stderr, "said: %s\n", error.text);
  CHECK(strstr(error.text, because) != NULL);
}

static int32_t must_pull(gc_capture *capture) {
  int32_t length = gc_pull(capture, frame, sizeof frame, 10 * SECOND);
  CHECK(length > 100);
  CHECK(frame[0] == 0xFF && frame[1] == 0xD8);
  CHECK(frame[length - 2] == 0xFF && frame[length - 1] == 0xD9);
  return length;
}

static void delivers_frames(void) {
  gc_capture *capture = must_open("videotestsrc is-live=true ! " SMALL " ! jpegenc" SINK);
  for (int i = 0; i < 10; i++)
    must_pull(capture);
  gc_error error = {"x"};
  gc_last_error(capture, &error);
  CHECK(error.text[0] == '\0');
  gc_close(capture);
}

static void times_out(void) {
  gc_capture *capture = must_open("appsrc" SINK);
  gint64 start = g_get_monotonic_time();
  CHECK(gc_pull(capture, frame, sizeof frame, SECOND / 20) == GC_TIMEOUT);
  CHECK(g_get_monotonic_time() - start >= 50000);
  CHECK(gc_pull(capture, frame, sizeof frame, 0) == GC_TIMEOUT);
  gc_close(capture);
}

static void keeps_a_frame_that_is_too_big(void) {
  gc_capture *capture = must_open(
      "videotestsrc num-buffers=1 ! video/x-raw,format=GRAY8,width=64,height=64" EVERY_FRAME);
  frame[0] = 7;
  CHECK(gc_pull(capture, frame, 4095, 10 * SECOND) == -4096);
  CHECK(gc_pull(capture, frame, 0, 10 * SECOND) == -4096);
  CHECK(frame[0] == 7);
  CHECK(gc_pull(capture, frame, 4096, 10 * SECOND) == 4096);
  CHECK(gc_pull(capture, frame, 4096, 10 * SECOND) == GC_END);
  gc_close(capture);
}

static void closes_with_a_frame_kept(void) {
  gc_capture *capture = must_open("videotestsrc ! " SMALL EVERY_FRAME);
  CHECK(gc_pull(capture, frame, 1, 10 * SECOND) < GC_END);
  gc_close(capture);
}

static void a_frame_of_one_byte_asks_for_two(void) {
  gc_capture *capture = must_open("fakesrc num-buffers=1 sizetype=2 sizemax=1" EVERY_FRAME);
  CHECK(gc_pull(capture, frame, 0, 10 * SECOND) == -2);
  CHECK(gc_pull(capture, frame, 2, 10 * SECOND) == 1);
  gc_close(capture);
}

static void ends_after_the_last_frame(void) {
  gc_capture *capture = must_open("videotestsrc num-buffers=3 ! " SMALL " ! jpegenc" EVERY_FRAME);
  for (int i = 0; i < 3; i++)
    must_pull(capture);
  CHECK(gc_pull(capture, frame, sizeof frame, 10 * SECOND) == GC_END);
  CHECK(gc_pull(capture, frame, sizeof frame, 10 * SECOND) == GC_END);
  gc_close(capture);
}

static void says_why_it_does_not_open(void) {
  must_not_open("nosuchelement" SINK, "no element \"nosuchelement\"");
  must_not_open("videotestsrc nosuch=1" SINK, "nosuch");
  must_not_open("videotestsrc ! fakesink", "appsink name=sink");
  must_not_open("videotestsrc ! fakesink name=sink", "appsink name=sink");
  must_not_open("appsink name=sink", "appsink name=sink");
  must_not_open("", "");
  must_not_open("! ! !", "");
  must_not_open("filesrc location=/no/such/file ! decodebin" SINK, "/no/such/file");
  must_not_open("v4l2src device=/dev/video77" SINK, "/dev/video77");
}

static void cuts_a_long_message_between_characters(void) {
  char description[8192] = "filesrc location=\"/";
  while (strlen(description) < 3000)
    strcat(description, "äöü€");
  strcat(description, "\"" SINK);
  gc_error error = {""};
  CHECK(gc_open(description, &error) == NULL);
  CHECK(strlen(error.text) > sizeof error.text - 5);
  CHECK(g_utf8_validate(error.text, -1, NULL));
}

static void reports_a_failure_while_playing(void) {
  gc_capture *capture = must_open("videotestsrc ! " SMALL
                                  " ! identity error-after=5 name=breaks ! jpegenc" EVERY_FRAME);
  int frames = 0;
  int32_t length = 1;
  while ((length = gc_pull(capture, frame, sizeof frame, 10 * SECOND)) > 0)
    frames++;
  CHECK(frames >= 3 && frames <= 5);
  CHECK(length == GC_FAILED);
  gc_error error = {""};
  gc_last_error(capture, &error);
  CHECK(strstr(error.text, "breaks: ") == error.text);
  CHECK(strstr(error.text, "Failed after iterations as requested") != NULL);
  CHECK(strchr(error.text, '\n') == NULL);
  gc_close(capture);
}

static int64_t bytes_of_frames(gc_capture *capture) {
  int64_t sum = 0;
  for (int i = 0; i < 4; i++)
    must_pull(capture);  // what was encoded before the change
  for (int i = 0; i < 5; i++)
    sum += must_pull(capture);
  return sum;
}

static void changes_quality_while_playing(void) {
  gc_capture *capture =
      must_open("videotestsrc pattern=snow ! " SMALL " ! jpegenc name=enc quality=90" EVERY_FRAME);
  gc_error error = {""};
  int64_t before = bytes_of_frames(capture);
  CHECK(gc_set(capture, "enc", "quality", 10, &error));
  int64_t after = bytes_of_frames(capture);
  CHECK(after * 2 < before);
  CHECK(!gc_set(capture, "enc", "quality", 101, &error));
  CHECK(strstr(error.text, "outside") != NULL);
  CHECK(!gc_set(capture, "enc", "quality", INT64_C(1) << 40, &error));
  CHECK(!gc_set(capture, "enc", "nosuch", 1, &error));
  CHECK(strstr(error.text, "property") != NULL);
  CHECK(!gc_set(capture, "nosuch", "quality", 1, &error));
  CHECK(strstr(error.text, "no element") != NULL);
  CHECK(!gc_set(capture, "enc", "name", 1, &error));
  gc_close(capture);
}

static void stamps_frames_with_the_wall_clock(void) {
  gc_capture *capture = must_open("videotestsrc is-live=true ! " SMALL " ! jpegenc" SINK);
  int64_t last = 0;
  for (int i = 0; i < 10; i++) {
    must_pull(capture);
    int64_t age = g_get_real_time() / 1000 - gc_captured_at_millis(capture);
    CHECK(age >= 0 && age < 2000);
    CHECK(gc_captured_at_millis(capture) > last);
    last = gc_captured_at_millis(capture);
  }
  gc_close(capture);
}

// A frame held up for 300 ms on its way is that much older than the moment it comes out.
static void counts_the_time_spent_in_the_pipeline(void) {
  gc_capture *capture = must_open("videotestsrc is-live=true num-buffers=3 ! " SMALL
                                  " ! identity sleep-time=300000 ! jpegenc" EVERY_FRAME);
  must_pull(capture);
  int64_t age = g_get_real_time() / 1000 - gc_captured_at_millis(capture);
  CHECK(age >= 290);
  gc_close(capture);
}

static void probes_elements(void) {
  gc_error error = {""};
  CHECK(strncmp(gc_gstreamer_version(&error), "1.", 2) == 0);
  CHECK(gc_probe("jpegenc") == GC_EXISTS);
  CHECK(gc_probe("identity") == GC_EXISTS);
  CHECK(gc_probe("nosuchelement") == 0);
  CHECK(gc_probe("") == 0);
}

static void tells_what_a_source_offers(void) {
  gc_error error = {""};
  char *caps = gc_source_caps("videotestsrc", &error);
  CHECK(caps != NULL && strstr(caps, "video/x-raw") != NULL);
  gc_free(caps);
  CHECK(gc_source_caps("v4l2src device=/dev/video77", &error) == NULL);
  CHECK(strstr(error.text, "/dev/video77") != NULL);
  CHECK(gc_source_caps("nosuchelement", &error) == NULL);
  CHECK(gc_source_caps("fakesink", &error) == NULL);
  CHECK(gc_source_caps("", &error) == NULL);
}

static void opens_and_closes_many_times(void) {
  for (int i = 0; i < 50; i++) {
    gc_capture *capture = must_open("videotestsrc is-live=true ! " SMALL " ! jpegenc" SINK);
    if (i % 2 == 0) must_pull(capture);
    gc_close(capture);
  }
}

static size_t resident_bytes(void) {
  long pages = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  CHECK(file != NULL && fscanf(file, "%*s %ld", &pages) == 1);
  fclose(file);
  return (size_t)pages * 4096;
}

static void pulls_ten_thousand_frames_without_growing(void) {
  gc_capture *capture = must_open("videotestsrc ! " SMALL " ! jpegenc" EVERY_FRAME);
  for (int i = 0; i < 1000; i++)
    must_pull(capture);
  malloc_trim(0);
  size_t before = resident_bytes();
  for (int i = 0; i < 10000; i++)
    must_pull(capture);
  malloc_trim(0);
  size_t after = resident_bytes();
  printf("resident before %zu, after %zu bytes\n", before, after);
  CHECK(after < before + (1U << 20));
  gc_close(capture);
}

// ---- with the test double of NVIDIA's elements ----

static void double_sinks_nvmm(void) {
  CHECK(gc_probe("nvjpegenc") == (GC_EXISTS | GC_SINKS_NVMM));
  CHECK(gc_probe("nvarguscamerasrc") == (GC_EXISTS | GC_SOURCES_NVMM));
  CHECK(gc_probe("nvvidconv") == (GC_EXISTS | GC_SINKS_NVMM | GC_SOURCES_NVMM));
}

static void double_runs_the_csi_pipeline(void) {
  gc_capture *capture = must_open(NVMM_CHAIN);
  for (int i = 0; i < 10; i++)
    must_pull(capture);
  gc_error error = {""};
  CHECK(gc_set(capture, "enc", "quality", 30, &error));
  must_pull(capture);
  gc_close(capture);
}

static void double_has_two_sensors(void) {
  must_not_open("nvarguscamerasrc sensor-id=2 ! nvvidconv ! nvjpegenc" SINK,
                "No cameras available");
}

static int frames_until(int32_t expected, const char *message) {
  gc_capture *capture = must_open(NVMM_CHAIN);
  int frames = 0;
  int32_t length = 0;
  while ((length = gc_pull(capture, frame, sizeof frame, 2 * SECOND)) > 0)
    frames++;
  CHECK(length == expected);
  gc_error error = {""};
  gc_last_error(capture, &error);
  CHECK(strstr(error.text, message) != NULL);
  gc_close(capture);
  return frames;
}

static void double_camera_vanishes(void) {
  CHECK(frames_until(GC_FAILED, "CANCELLED") <= 5);
}

static void double_camera_stalls(void) {
  CHECK(frames_until(GC_TIMEOUT, "") <= 5);
}

static void double_encoder_fails(void) {
  CHECK(frames_until(GC_FAILED, "Failed to encode") <= 5);
}

static void gone_in_exit(void) {
  printf("ok, exit() was called\n");
  fflush(stdout);
  _exit(0);
}

// As nvjpegenc does on a fatal JPEG error: the whole process goes, from a thread of GStreamer's.
static void double_encoder_exits(void) {
  gc_capture *capture = must_open(NVMM_CHAIN);
  must_pull(capture);
  CHECK(atexit(gone_in_exit) == 0);
  while (gc_pull(capture, frame, sizeof frame, 2 * SECOND) > 0)
    continue;
  _exit(1);
}

static const struct {
  const char *name;
  void (*run)(void);
} cases[] = {
#define CASE(name) \
  { #name, name }
    CASE(delivers_frames),
    CASE(times_out),
    CASE(keeps_a_frame_that_is_too_big),
    CASE(closes_with_a_frame_kept),
    CASE(a_frame_of_one_byte_asks_for_two),
    CASE(ends_after_the_last_frame),
    CASE(says_why_it_does_not_open),
    CASE(cuts_a_long_message_between_characters),
    CASE(reports_a_failure_while_playing),
    CASE(changes_quality_while_playing),
    CASE(stamps_frames_with_the_wall_clock),
    CASE(counts_the_time_spent_in_the_pipeline),
    CASE(probes_elements),
    CASE(tells_what_a_source_offers),
    CASE(opens_and_closes_many_times),
    CASE(pulls_ten_thousand_frames_without_growing),
    CASE(double_sinks_nvmm),
    CASE(double_runs_the_csi_pipeline),
    CASE(double_has_two_sensors),
    CASE(double_camera_vanishes),
    CASE(double_camera_stalls),
    CASE(double_encoder_fails),
    CASE(double_encoder_exits),
};

int main(int count, char **arguments) {
  for (size_t i = 0; count == 2 && i < sizeof cases / sizeof cases[0]; i++) {
    if (strcmp(cases[i].name, arguments[1]) != 0) continue;
    cases[i].run();
    printf("ok %s\n", cases[i].name);
    return 0;
  }
  fprintf(stderr, "usage: capture_test CASE\n");
  return 2;
}
