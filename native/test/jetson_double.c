// SPDX-License-Identifier: MIT
//
// A TEST DOUBLE, not a driver: elements that bear the names and the memory:NVMM caps of NVIDIA's
// camera source, converter and JPEG encoder, so that the pipelines meant for a Jetson can be run
// where there is none. Underneath they are videotestsrc, videoconvert, videoscale and jpegenc:
// frames stay in ordinary memory that is only called NVMM, and nothing about the real elements'
// speed or image quality is shown.
//
// Faults by environment, counted in frames since the element was started; 0 or unset is never:
//   DOUBLE_CAMERA_VANISHES_AFTER  the camera posts an error, as Argus does when it loses the sensor
//   DOUBLE_CAMERA_STALLS_AFTER    no more frames and no error, as when nvargus-daemon hangs
//   DOUBLE_ENCODER_FAILS_AFTER    the encoder posts an error
//   DOUBLE_ENCODER_EXITS_AFTER    the encoder calls exit(), as nvjpegenc does on a fatal JPEG error
#include <gst/base/gstbasetransform.h>
#include <gst/gst.h>
#include <stdlib.h>

#define PACKAGE "jetson-relay"
#define NVMM "memory:NVMM"
#define RAW(features, formats)              \
  "video/x-raw" features ",format=" formats \
  ",width=[1,32767],height=[1,32767],framerate=[0/1,1000/1]"

// A Jetson carrier board with two CSI sensors.
#define SENSORS 2

static guint knob(const char *name) {
  const char *text = g_getenv(name);
  return text == NULL ? 0 : (guint)g_ascii_strtoull(text, NULL, 10);
}

// ---- the label: passes frames on unchanged and calls their memory NVMM, or no longer so ----

typedef enum { CAMERA, INTO_CONVERTER, OUT_OF_CONVERTER, ENCODER } Place;

typedef struct {
  GstBaseTransform parent;
  Place place;
  guint frames;
  GMutex lock;
  GCond wake;
  gboolean stopping;  // guarded by lock: written by the state change, read by a stalled camera
} Label;

typedef struct {
  GstBaseTransformClass parent;
} LabelClass;

GType label_get_type(void);
G_DEFINE_TYPE(Label, label, GST_TYPE_BASE_TRANSFORM)

static void append(GstCaps *caps, const GstStructure *structure, const char *feature) {
  gst_caps_append_structure_full(caps, gst_structure_copy(structure),
                                 feature == NULL ? NULL : gst_caps_features_new(feature, NULL));
}

// One side of a label faces the outside world, where memory may be NVMM; inside it never is.
static GstCaps *label_transform_caps(GstBaseTransform *transform, GstPadDirection direction,
                                     GstCaps *caps, GstCaps *filter) {
  Place place = ((Label *)transform)->place;
  gboolean outside_is_sink = place == INTO_CONVERTER || place == ENCODER;
  gboolean plain_outside = place == INTO_CONVERTER || place == OUT_OF_CONVERTER;
  gboolean from_outside = (direction == GST_PAD_SINK) == outside_is_sink;
  GstCaps *result = gst_caps_new_empty();
  if (gst_caps_is_any(caps)) {  // of a pad that is not linked yet
    GstStructure *raw = gst_structure_new_empty("video/x-raw");
    if (!from_outside) append(result, raw, NVMM);
    if (from_outside || plain_outside) append(result, raw, NULL);
    gst_structure_free(raw);
  }
  for (guint i = 0; i < gst_caps_get_size(caps); i++) {
    const GstStructure *structure = gst_caps_get_structure(caps, i);
    gboolean nvmm = gst_caps_features_contains(gst_caps_get_features(caps, i), NVMM);
    if (from_outside) {
      if (nvmm || plain_outside) append(result, structure, NULL);
    } else {
      append(result, structure, NVMM);
      if (plain_outside) append(result, structure, NULL);
    }
  }
  if (filter == NULL) return result;
  GstCaps *cut = gst_caps_intersect_full(filter, result, GST_CAPS_INTERSECT_FIRST);
  gst_caps_unref(result);
  return cut;
}

static GstFlowReturn camera_fault(Label *label, guint before) {
  guint vanishes = knob("DOUBLE_CAMERA_VANISHES_AFTER");
  guint stalls = knob("DOUBLE_CAMERA_STALLS_AFTER");
  if (vanishes != 0 && before >= vanishes) {
    GST_ELEMENT_ERROR(label, RESOURCE, READ, ("CANCELLED"),
                      ("(test double) the camera vanished after %u frames", before));
    return GST_FLOW_ERROR;
  }
  if (stalls != 0 && before >= stalls) {
    g_mutex_lock(&label->lock);
    while (!label->stopping)
      g_cond_wait(&label->wake, &label->lock);
    g_mutex_unlock(&label->lock);
    return GST_FLOW_FLUSHING;
  }
  return GST_FLOW_OK;
}

static GstFlowReturn encoder_fault(Label *label, guint before) {
  guint fails = knob("DOUBLE_ENCODER_FAILS_AFTER");
  guint exits = knob("DOUBLE_ENCODER_EXITS_AFTER");
  if (exits != 0 && before >= exits) exit(1);
  if (fails != 0 && before >= fails) {
    GST_ELEMENT_ERROR(label, STREAM, ENCODE, ("Failed to encode"),
                      ("(test double) the encoder failed after %u frames", before));
    return GST_FLOW_ERROR;
  }
  return GST_FLOW_OK;
}

static GstFlowReturn label_transform(GstBaseTransform *transform, GstBuffer *buffer) {
  (void)buffer;
  Label *label = (Label *)transform;
  guint before = label->frames++;
  if (label->place == CAMERA) return camera_fault(label, before);
  return label->place == ENCODER ? encoder_fault(label, before) : GST_FLOW_OK;
}

static gboolean label_start(GstBaseTransform *transform) {
  Label *label = (Label *)transform;
  label->frames = 0;
  label->stopping = FALSE;
  return TRUE;
}

static GstStateChangeReturn label_change_state(GstElement *element, GstStateChange change) {
  Label *label = (Label *)element;
  if (change == GST_STATE_CHANGE_PAUSED_TO_READY) {
    g_mutex_lock(&label->lock);
    label->stopping = TRUE;
    g_cond_broadcast(&label->wake);
    g_mutex_unlock(&label->lock);
  }
  return GST_ELEMENT_CLASS(label_parent_class)->change_state(element, change);
}

static void label_finalize(GObject *object) {
  g_mutex_clear(&((Label *)object)->lock);
  g_cond_clear(&((Label *)object)->wake);
  G_OBJECT_CLASS(label_parent_class)->finalize(object);
}

static void add_pad(GstElementClass *type, const char *name, GstPadDirection direction,
                    const char *text) {
  GstCaps *caps = gst_caps_from_string(text);
  gst_element_class_add_pad_template(type,
                                     gst_pad_template_new(name, direction, GST_PAD_ALWAYS, caps));
  gst_caps_unref(caps);
}

static void label_class_init(LabelClass *type) {
  G_OBJECT_CLASS(type)->finalize = label_finalize;
  GST_ELEMENT_CLASS(type)->change_state = label_change_state;
  GST_BASE_TRANSFORM_CLASS(type)->transform_caps = label_transform_caps;
  GST_BASE_TRANSFORM_CLASS(type)->transform_ip = label_transform;
  GST_BASE_TRANSFORM_CLASS(type)->start = label_start;
  add_pad(GST_ELEMENT_CLASS(type), "sink", GST_PAD_SINK, "ANY");
  add_pad(GST_ELEMENT_CLASS(type), "src", GST_PAD_SRC, "ANY");
}

static void label_init(Label *label) {
  g_mutex_init(&label->lock);
  g_cond_init(&label->wake);
}

// ---- the elements: bins of ordinary ones between labels ----

static GstElement *add_label(GstBin *bin, Place place) {
  Label *label = g_object_new(label_get_type(), NULL);
  label->place = place;
  gst_bin_add(bin, GST_ELEMENT(label));
  return GST_ELEMENT(label);
}

static GstElement *add_inside(GstBin *bin, const char *description) {
  GstElement *inside = gst_parse_bin_from_description(description, TRUE, NULL);
  if (inside == NULL) g_error("the test double needs gstreamer1.0-plugins-base and -good");
  gst_bin_add(bin, inside);
  return inside;
}

// The pad of the same name that an element inside the bin has, as the bin's own.
static void expose(GstBin *bin, GstElement *element, const char *name) {
  GstPadTemplate *form = gst_element_class_get_pad_template(GST_ELEMENT_GET_CLASS(bin), name);
  GstPad *pad = gst_element_get_static_pad(element, name);
  gst_element_add_pad(GST_ELEMENT(bin), gst_ghost_pad_new_from_template(name, pad, form));
  gst_object_unref(pad);
}

static void describe(GstElementClass *type, const char *name, const char *kind) {
  gst_element_class_set_static_metadata(type, name, kind, "NVIDIA's element by name only",
                                        "jetson-relay");
}

typedef struct {
  GstBin parent;
  guint sensor;
} Camera;

typedef struct {
  GstBinClass parent;
} CameraClass;

GType camera_get_type(void);
G_DEFINE_TYPE(Camera, camera, GST_TYPE_BIN)

static void camera_set(GObject *object, guint id, const GValue *value, GParamSpec *spec) {
  (void)id;
  (void)spec;
  ((Camera *)object)->sensor = g_value_get_uint(value);
}

static void camera_get(GObject *object, guint id, GValue *value, GParamSpec *spec) {
  (void)id;
  (void)spec;
  g_value_set_uint(value, ((Camera *)object)->sensor);
}

static GstStateChangeReturn camera_change_state(GstElement *element, GstStateChange change) {
  guint sensor = ((Camera *)element)->sensor;
  if (change == GST_STATE_CHANGE_READY_TO_PAUSED && sensor >= SENSORS) {
    GST_ELEMENT_ERROR(element, RESOURCE, NOT_FOUND, ("No cameras available"),
                      ("(test double) sensor-id=%u", sensor));
    return GST_STATE_CHANGE_FAILURE;
  }
  return GST_ELEMENT_CLASS(camera_parent_class)->change_state(element, change);
}

static void camera_class_init(CameraClass *type) {
  G_OBJECT_CLASS(type)->set_property = camera_set;
  G_OBJECT_CLASS(type)->get_property = camera_get;
  g_object_class_install_property(
      G_OBJECT_CLASS(type), 1,
      g_param_spec_uint("sensor-id", "Sensor", "Which camera", 0, 255, 0,
                        (GParamFlags)(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS)));
  GST_ELEMENT_CLASS(type)->change_state = camera_change_state;
  add_pad(GST_ELEMENT_CLASS(type), "src", GST_PAD_SRC, RAW("(" NVMM ")", "NV12"));
  describe(GST_ELEMENT_CLASS(type), "Test double of nvarguscamerasrc", "Source/Video");
}

static void camera_init(Camera *camera) {
  GstBin *bin = GST_BIN(camera);
  GstElement *source = add_inside(
      bin,
      "videotestsrc is-live=true horizontal-speed=3 ! capsfilter caps=video/x-raw,format=NV12");
  GstElement *label = add_label(bin, CAMERA);
  gst_element_link(source, label);
  expose(bin, label, "src");
}

typedef struct {
  GstBin parent;
} Converter;

typedef struct {
  GstBinClass parent;
} ConverterClass;

GType converter_get_type(void);
G_DEFINE_TYPE(Converter, converter, GST_TYPE_BIN)

static void converter_class_init(ConverterClass *type) {
  const char *caps = RAW("(" NVMM ")", "{I420,NV12}") ";" RAW("", "{I420,NV12,YUY2,UYVY,GRAY8}");
  add_pad(GST_ELEMENT_CLASS(type), "sink", GST_PAD_SINK, caps);
  add_pad(GST_ELEMENT_CLASS(type), "src", GST_PAD_SRC, caps);
  describe(GST_ELEMENT_CLASS(type), "Test double of nvvidconv", "Filter/Converter/Video");
}

static void converter_init(Converter *converter) {
  GstBin *bin = GST_BIN(converter);
  GstElement *in = add_label(bin, INTO_CONVERTER);
  GstElement *convert = add_inside(bin, "videoconvert ! videoscale");
  GstElement *out = add_label(bin, OUT_OF_CONVERTER);
  gst_element_link_many(in, convert, out, NULL);
  expose(bin, in, "sink");
  expose(bin, out, "src");
}

typedef struct {
  GstBin parent;
  GstElement *jpeg;  // in the bin, which holds the reference
} Encoder;

typedef struct {
  GstBinClass parent;
} EncoderClass;

GType encoder_get_type(void);
G_DEFINE_TYPE(Encoder, encoder, GST_TYPE_BIN)

static void encoder_set(GObject *object, guint id, const GValue *value, GParamSpec *spec) {
  (void)id;
  g_object_set_property(G_OBJECT(((Encoder *)object)->jpeg), spec->name, value);
}

static void encoder_get(GObject *object, guint id, GValue *value, GParamSpec *spec) {
  (void)id;
  g_object_get_property(G_OBJECT(((Encoder *)object)->jpeg), spec->name, value);
}

static void encoder_class_init(EncoderClass *type) {
  G_OBJECT_CLASS(type)->set_property = encoder_set;
  G_OBJECT_CLASS(type)->get_property = encoder_get;
  g_object_class_install_property(
      G_OBJECT_CLASS(type), 1,
      g_param_spec_int("quality", "Quality", "Quality of encoding", 0, 100, 85,
                       (GParamFlags)(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS)));
  add_pad(GST_ELEMENT_CLASS(type), "sink", GST_PAD_SINK, RAW("(" NVMM ")", "{I420,NV12}"));
  add_pad(GST_ELEMENT_CLASS(type), "src", GST_PAD_SRC, "image/jpeg");
  describe(GST_ELEMENT_CLASS(type), "Test double of nvjpegenc", "Codec/Encoder/Image");
}

static void encoder_init(Encoder *encoder) {
  GstBin *bin = GST_BIN(encoder);
  GstElement *label = add_label(bin, ENCODER);
  GstElement *inside =
      add_inside(bin, "capsfilter caps=video/x-raw,format={I420,NV12} ! jpegenc name=jpeg");
  encoder->jpeg = gst_bin_get_by_name(GST_BIN(inside), "jpeg");
  gst_object_unref(encoder->jpeg);
  gst_element_link(label, inside);
  expose(bin, label, "sink");
  expose(bin, inside, "src");
}

static gboolean plugin_init(GstPlugin *plugin) {
  return gst_element_register(plugin, "nvarguscamerasrc", GST_RANK_NONE, camera_get_type()) &&
         gst_element_register(plugin, "nvvidconv", GST_RANK_NONE, converter_get_type()) &&
         gst_element_register(plugin, "nvjpegenc", GST_RANK_NONE, encoder_get_type());
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, jetsondouble,
                  "Test doubles of NVIDIA's elements: not for use on a robot", plugin_init, "0.1.0",
                  "MIT/X11", "jetson-relay", "https://gstreamer.freedesktop.org/")
