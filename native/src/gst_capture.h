// SPDX-License-Identifier: MIT
//
// JPEG frames out of a GStreamer pipeline, pulled by the caller. This side knows GStreamer and not
// Java; jni_bridge.c knows Java and not GStreamer. Nothing here ever calls back: GStreamer's
// threads stay on this side.
//
// Threads: one thread at a time pulls from a capture and reads its time stamp; gc_set may be called
// beside it by any other. gc_close needs the capture for itself: the caller must know that nobody
// else is inside.
#ifndef JETSONRELAY_GST_CAPTURE_H
#define JETSONRELAY_GST_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Raised with every change of what Java and C say to each other; GstNative.ABI is its other half.
#define GC_ABI 1

// What gc_pull answers besides a length. A negative number other than these two is the room needed.
#define GC_TIMEOUT 0
#define GC_END (-1)
#define GC_FAILED INT32_MIN

// What gc_probe answers, or'ed together.
#define GC_EXISTS 1U
#define GC_SINKS_NVMM 2U
#define GC_SOURCES_NVMM 4U

// What went wrong, in GStreamer's own words: valid UTF-8, cut to fit, empty when nothing did.
typedef struct {
  char text[1024];
} gc_error;

typedef struct gc_capture gc_capture;

// GStreamer's version as "1.22.0", or NULL when it cannot be initialised.
const char *gc_gstreamer_version(gc_error *error);

// Whether an element can be made here, and whether its pads take or give memory:NVMM.
unsigned gc_probe(const char *element);

// What a source offers, as a caps string: made from its description ("v4l2src device=/dev/video0"),
// brought to READY so that the device is opened, asked, and closed again. Free it with gc_free.
char *gc_source_caps(const char *description, gc_error *error);
void gc_free(char *text);

// Starts a pipeline that ends in "appsink name=sink". NULL and the reason when that is impossible.
// Devices are opened here; a source that needs longer, such as a network camera, fails in gc_pull.
gc_capture *gc_open(const char *description, gc_error *error);

// Copies the next frame to target and returns its length. GC_TIMEOUT when none came in time, GC_END
// after the last one, GC_FAILED when the pipeline has broken down (gc_last_error says why), -need
// when capacity is smaller than need; then the frame is kept for the next call.
int32_t gc_pull(gc_capture *capture, uint8_t *target, size_t capacity, uint64_t timeout_nanos);

// When the frame last returned was captured: milliseconds since 1970, by the pipeline's clock.
int64_t gc_captured_at_millis(const gc_capture *capture);

// Sets a number of a named element, while it is playing too. Refused outside the property's range.
bool gc_set(gc_capture *capture, const char *element, const char *property, int64_t value,
            gc_error *error);

// The first error that the pipeline has reported; empty when there was none.
void gc_last_error(gc_capture *capture, gc_error *error);

// Brings the pipeline to NULL, so that the camera is let go, and frees everything.
void gc_close(gc_capture *capture);

#endif
