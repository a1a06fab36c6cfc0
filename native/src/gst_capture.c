// SPDX-License-Identifier: MIT
#include "gst_capture.h"

#include <gst/app/gstappsink.h>
#include <gst/gst.h>
#include <string.h>

#define NVMM_FEATURE "memory:NVMM"

// A frame that claims to be older than this has a time stamp of another clock; it counts as new.
#define OLDEST_PLAUSIBLE (30 * GST_SECOND)

struct gc_capture {
  GstElement *pipeline;
  GstAppSink *sink;
  GstClock *clock;          // of the pipeline; NULL until it is first needed
  GstSample *kept;          // pulled, but too big for the caller so far
  int64_t captured_millis;  // of the frame last returned; pulling thread only
  GMutex lock;              // guards failure, which streaming threads write
  gc_error failure;         // the first error on the bus; later ones follow from it
};

static void set_error(gc_error *error, const char *text) {
  g_strlcpy(error->text, text, sizeof error->text);
  // The cut may have split a character.
  const char *end = NULL;
  if (!g_utf8_validate(error->text, -1, &end)) error->text[end - error->text] = '\0';
}

static void take_gerror(gc_error *error, GError *cause, const char *otherwise) {
  set_error(error, cause != NULL ? cause->message : otherwise);
  g_clear_error(&cause);
}

// Whatever the thread, once per process.
static bool initialise(gc_error *error) {
  static GMutex lock;
  static bool ready;
  g_mutex_lock(&lock);
  if (!ready) {
    // GStreamer would put its own SIGSEGV handler in place while it scans plug-ins; the JVM's
    // handler, which its null checks and safepoints live on, must stay.
    gst_segtrap_set_enabled(FALSE);
    GError *cause = NULL;
    ready = gst_init_check(NULL, NULL, &cause);
    if (!ready) take_gerror(error, cause, "GStreamer could not be initialised");
  }
  bool result = ready;
  g_mutex_unlock(&lock);
  return result;
}

const char *gc_gstreamer_version(gc_error *error) {
  static char text[32];  // the same bytes every time, so that racing callers do not matter
  if (!initialise(error)) return NULL;
  guint major = 0;
  guint minor = 0;
  guint micro = 0;
  guint nano = 0;
  gst_version(&major, &minor, &micro, &nano);
  g_snprintf(text, sizeof text, "%u.%u.%u", major, minor, micro);
  return text;
}

static bool takes_nvmm(const GstStaticPadTemplate *pad) {
  GstStaticCaps *fixed = (GstStaticCaps *)&pad->static_caps;
  GstCaps *caps = gst_static_caps_get(fixed);
  bool found = false;
  // "ANY" has no structures and no features; it is not what a hardware element says of itself.
  for (guint i = 0; !found && !gst_caps_is_any(caps) && i < gst_caps_get_size(caps); i++) {
    found = gst_caps_features_contains(gst_caps_get_features(caps, i), NVMM_FEATURE);
  }
  gst_caps_unref(caps);
  return found;
}

unsigned gc_probe(const char *element) {
  gc_error ignored;
  if (!initialise(&ignored)) return 0;
  GstElementFactory *listed = gst_element_factory_find(element);
  if (listed == NULL) return 0;
  // Being listed is not enough: the plug-in's own libraries may be missing. Loading it tells.
  GstPluginFeature *loaded = gst_plugin_feature_load(GST_PLUGIN_FEATURE(listed));
  gst_object_unref(listed);
  if (loaded == NULL) return 0;
  unsigned result = GC_EXISTS;
  const GList *pads = gst_element_factory_get_static_pad_templates(GST_ELEMENT_FACTORY(loaded));
  for (; pads != NULL; pads = pads->next) {
    const GstStaticPadTemplate *pad = pads->data;
    if (!takes_nvmm(pad)) continue;
    result |= pad->direction == GST_PAD_SINK ? GC_SINKS_NVMM : GC_SOURCES_NVMM;
  }
  gst_object_unref(loaded);
  return result;
}

// Runs on whatever thread posts. Every message ends here, so no queue of unread ones can grow.
static GstBusSyncReply on_message(GstBus *bus, GstMessage *message, gpointer data) {
  (void)bus;
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
    gc_capture *capture = data;
    GError *cause = NULL;
    gchar *debug = NULL;
    gst_message_parse_error(message, &cause, &debug);
    gchar *text = g_strdup_printf("%s: %s%s%s%s", GST_MESSAGE_SRC_NAME(message), cause->message,
                                  debug == NULL ? "" : " [", debug == NULL ? "" : debug,
                                  debug == NULL ? "" : "]");
    g_strdelimit(text, "\r\n", ' ');  // one line for the log
    g_mutex_lock(&capture->lock);
    if (capture->failure.text[0] == '\0') set_error(&capture->failure, text);
    g_mutex_unlock(&capture->lock);
    g_free(text);
    g_free(debug);
    g_clear_error(&cause);
  }
  gst_message_unref(message);
  return GST_BUS_DROP;
}

void gc_last_error(gc_capture *capture, gc_error *error) {
  g_mutex_lock(&capture->lock);
  *error = capture->failure;
  g_mutex_unlock(&capture->lock);
}

static bool has_failed(gc_capture *capture) {
  g_mutex_lock(&capture->lock);
  bool failed = capture->failure.text[0] != '\0';
  g_mutex_unlock(&capture->lock);
  return failed;
}

static void set_bus_handler(gc_capture *capture, GstBusSyncHandler handler) {
  GstBus *bus = gst_element_get_bus(capture->pipeline);
  gst_bus_set_sync_handler(bus, handler, handler == NULL ? NULL : capture, NULL);
  gst_object_unref(bus);
}

gc_capture *gc_open(const char *description, gc_error *error) {
  if (!initialise(error)) return NULL;
  GError *cause = NULL;
  GstElement *pipeline =
      gst_parse_launch_full(description, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &cause);
  if (pipeline == NULL || cause != NULL) {
    take_gerror(error, cause, "the pipeline description cannot be parsed");
    if (pipeline != NULL) gst_object_unref(gst_object_ref_sink(pipeline));
    return NULL;
  }
  gst_object_ref_sink(pipeline);
  GstElement *sink =
      GST_IS_PIPELINE(pipeline) ? gst_bin_get_by_name(GST_BIN(pipeline), "sink") : NULL;
  if (sink == NULL || !GST_IS_APP_SINK(sink)) {
    set_error(error, "the pipeline does not end in \"appsink name=sink\"");
    if (sink != NULL) gst_object_unref(sink);
    gst_object_unref(pipeline);
    return NULL;
  }
  gc_capture *capture = g_new0(gc_capture, 1);
  capture->pipeline = pipeline;
  capture->sink = GST_APP_SINK(sink);
  g_mutex_init(&capture->lock);
  set_bus_handler(capture, on_message);
  if (gst_element_set_state(pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE) {
    gc_last_error(capture, error);
    if (error->text[0] == '\0') set_error(error, "the pipeline refused to start");
    gc_close(capture);
    return NULL;
  }
  return capture;
}

void gc_close(gc_capture *capture) {
  // NULL joins every streaming thread; after it nobody else knows the capture.
  gst_element_set_state(capture->pipeline, GST_STATE_NULL);
  set_bus_handler(capture, NULL);
  if (capture->kept != NULL) gst_sample_unref(capture->kept);
  if (capture->clock != NULL) gst_object_unref(capture->clock);
  gst_object_unref(capture->sink);
  gst_object_unref(capture->pipeline);
  g_mutex_clear(&capture->lock);
  g_free(capture);
}

// How long ago the sample was captured: its time stamp is in running time, which is the pipeline's
// clock since it began to play. 0 where the source gives no usable stamp.
static GstClockTime age_of(gc_capture *capture, GstSample *sample) {
  GstClockTime stamp = GST_BUFFER_PTS(gst_sample_get_buffer(sample));
  const GstSegment *segment = gst_sample_get_segment(sample);
  if (!GST_CLOCK_TIME_IS_VALID(stamp) || segment->format != GST_FORMAT_TIME) return 0;
  GstClockTime running = gst_segment_to_running_time(segment, GST_FORMAT_TIME, stamp);
  if (!GST_CLOCK_TIME_IS_VALID(running)) return 0;
  if (capture->clock == NULL) {
    capture->clock = gst_element_get_clock(capture->pipeline);
    if (capture->clock == NULL) return 0;
  }
  GstClockTime now = gst_clock_get_time(capture->clock);
  GstClockTime then = gst_element_get_base_time(capture->pipeline) + running;
  return then < now && now - then < OLDEST_PLAUSIBLE ? now - then : 0;
}

static int32_t deliver(gc_capture *capture, GstSample *sample, uint8_t *target, size_t capacity) {
  GstBuffer *buffer = gst_sample_get_buffer(sample);
  gsize length = buffer == NULL ? 0 : gst_buffer_get_size(buffer);
  if (length > capacity) {
    if (length >= INT32_MAX) {
      gst_sample_unref(sample);
      g_mutex_lock(&capture->lock);
      set_error(&capture->failure, "a frame of 2 GiB or more came out of the pipeline");
      g_mutex_unlock(&capture->lock);
      return GC_FAILED;
    }
    capture->kept = sample;
    // One byte would be -1, which is GC_END; asking for two does no harm.
    return -(int32_t)MAX(length, 2);
  }
  int32_t result = GC_TIMEOUT;  // an empty buffer is no frame
  if (length > 0) {
    gst_buffer_extract(buffer, 0, target, length);
    GstClockTime age = age_of(capture, sample);
    capture->captured_millis = (g_get_real_time() - (gint64)(age / 1000)) / 1000;
    result = (int32_t)length;
  }
  gst_sample_unref(sample);
  return result;
}

int32_t gc_pull(gc_capture *capture, uint8_t *target, size_t capacity, uint64_t timeout_nanos) {
  GstSample *sample = capture->kept;
  capture->kept = NULL;
  if (sample == NULL) sample = gst_app_sink_try_pull_sample(capture->sink, timeout_nanos);
  if (sample != NULL) return deliver(capture, sample, target, capacity);
  // An error often reaches the sink as a plain end of stream, so it is looked at first.
  if (has_failed(capture)) return GC_FAILED;
  return gst_app_sink_is_eos(capture->sink) ? GC_END : GC_TIMEOUT;
}

int64_t gc_captured_at_millis(const gc_capture *capture) {
  return capture->captured_millis;
}

static bool set_number(GObject *object, const char *property, int64_t value, gc_error *error) {
  GParamSpec *spec = g_object_class_find_property(G_OBJECT_GET_CLASS(object), property);
  if (spec == NULL || (spec->flags & G_PARAM_WRITABLE) == 0) {
    set_error(error, "the element has no such writable property");
    return false;
  }
  GValue from = G_VALUE_INIT;
  GValue to = G_VALUE_INIT;
  g_value_init(&from, G_TYPE_INT64);
  g_value_init(&to, spec->value_type);
  g_value_set_int64(&from, value);
  GValue back = G_VALUE_INIT;
  g_value_init(&back, G_TYPE_INT64);
  // The way back shows a value that a smaller type would have cut; validate changes one out of
  // range.
  bool fits = G_IS_PARAM_SPEC_INT(spec) || G_IS_PARAM_SPEC_UINT(spec) ||
              G_IS_PARAM_SPEC_INT64(spec) || G_IS_PARAM_SPEC_UINT64(spec);
  fits = fits && g_value_transform(&from, &to) && !g_param_value_validate(spec, &to) &&
         g_value_transform(&to, &back) && g_value_get_int64(&back) == value;
  if (fits) {
    g_object_set_property(object, property, &to);
  } else {
    set_error(error, "the value is outside what the property takes");
  }
  g_value_unset(&back);
  g_value_unset(&to);
  g_value_unset(&from);
  return fits;
}

bool gc_set(gc_capture *capture, const char *element, const char *property, int64_t value,
            gc_error *error) {
  GstElement *found = gst_bin_get_by_name(GST_BIN(capture->pipeline), element);
  if (found == NULL) {
    set_error(error, "the pipeline has no element of that name");
    return false;
  }
  bool done = set_number(G_OBJECT(found), property, value, error);
  gst_object_unref(found);
  return done;
}

static char *caps_when_ready(GstElement *source, gc_error *error) {
  GstPad *pad = gst_element_get_static_pad(source, "src");
  if (pad == NULL) {
    set_error(error, "the element is not a source with one pad");
    return NULL;
  }
  GstCaps *caps = gst_pad_query_caps(pad, NULL);
  gchar *text = gst_caps_to_string(caps);
  gst_caps_unref(caps);
  gst_object_unref(pad);
  return text;
}

char *gc_source_caps(const char *description, gc_error *error) {
  if (!initialise(error)) return NULL;
  GError *cause = NULL;
  GstElement *source =
      gst_parse_launch_full(description, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &cause);
  if (source == NULL || cause != NULL) {
    take_gerror(error, cause, "the source's description cannot be parsed");
    if (source != NULL) gst_object_unref(gst_object_ref_sink(source));
    return NULL;
  }
  gst_object_ref_sink(source);
  // Without a bus of its own an element's error would vanish.
  GstBus *bus = gst_bus_new();
  gst_element_set_bus(source, bus);
  char *text = NULL;
  if (gst_element_set_state(source, GST_STATE_READY) == GST_STATE_CHANGE_FAILURE) {
    GstMessage *message = gst_bus_pop_filtered(bus, GST_MESSAGE_ERROR);
    if (message != NULL) {
      gst_message_parse_error(message, &cause, NULL);
      gst_message_unref(message);
    }
    take_gerror(error, cause, "the source cannot be opened");
  } else {
    text = caps_when_ready(source, error);
  }
  gst_element_set_state(source, GST_STATE_NULL);
  gst_element_set_bus(source, NULL);
  gst_object_unref(bus);
  gst_object_unref(source);
  return text;
}

void gc_free(char *text) {
  g_free(text);
}
