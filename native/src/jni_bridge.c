// SPDX-License-Identifier: MIT
//
// Java's GstNative over gst_capture.h. Text crosses as UTF-8 in byte arrays, because JNI's own
// strings are in another encoding. Only cold calls throw; the hot one answers in numbers. A handle
// is lent: Java keeps count of who is inside and closes when nobody is (GstCapture).
#include <jni.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gst_capture.h"

#define OWNER "org/jetsonrelay/agent/capture/gstreamer/GstNative"
#define SOURCE_EXCEPTION "org/jetsonrelay/agent/capture/SourceException"

// The longest text Java may pass; GstNative checks it too, with a better message.
#define TEXT_BYTES_MAX 16384

static jclass source_exception;  // a global reference, set before any native method can be called

// An exception that is already on its way is the cause and stays.
static void throw_new(JNIEnv *env, jclass type, const char *message) {
  if ((*env)->ExceptionCheck(env)) return;
  // ThrowNew takes modified UTF-8, which writes characters past U+FFFF differently: blank them.
  char text[sizeof(gc_error)];
  size_t length = strnlen(message, sizeof text - 1);
  for (size_t i = 0; i < length; i++) {
    bool outside = false;
    for (size_t back = 0; back < 4 && back <= i && !outside; back++) {
      unsigned char lead = (unsigned char)message[i - back];
      outside = lead >= 0xF0U;
      if (lead < 0x80U || lead >= 0xC0U) break;  // the character's first byte
    }
    text[i] = message[i];
    if (outside) text[i] = '?';
  }
  text[length] = '\0';
  (*env)->ThrowNew(env, type, text);
}

static gc_capture *capture_of(jlong handle) {
  return (gc_capture *)(intptr_t)handle;
}

// NULL with an exception pending when there is no memory or the text is too long. Free it.
static char *text_of(JNIEnv *env, jbyteArray bytes) {
  jsize length = (*env)->GetArrayLength(env, bytes);
  if (length > TEXT_BYTES_MAX) {
    throw_new(env, source_exception, "the text is longer than 16 KiB");
    return NULL;
  }
  char *text = malloc((size_t)length + 1);
  if (text == NULL) {
    throw_new(env, source_exception, "out of native memory");
    return NULL;
  }
  (*env)->GetByteArrayRegion(env, bytes, 0, length, (jbyte *)text);
  text[length] = '\0';
  return text;
}

// NULL with an OutOfMemoryError pending when the heap is full.
static jbyteArray bytes_of(JNIEnv *env, const char *text) {
  jsize length = (jsize)strlen(text);
  jbyteArray bytes = (*env)->NewByteArray(env, length);
  if (bytes != NULL) (*env)->SetByteArrayRegion(env, bytes, 0, length, (const jbyte *)text);
  return bytes;
}

static jbyteArray native_version(JNIEnv *env, jclass type) {
  (void)type;
  gc_error error = {""};
  const char *version = gc_gstreamer_version(&error);
  if (version != NULL) return bytes_of(env, version);
  throw_new(env, source_exception, error.text);
  return NULL;
}

static jint native_probe(JNIEnv *env, jclass type, jbyteArray element) {
  (void)type;
  char *name = text_of(env, element);
  if (name == NULL) return 0;
  unsigned result = gc_probe(name);
  free(name);
  return (jint)result;
}

static jbyteArray native_source_caps(JNIEnv *env, jclass type, jbyteArray description) {
  (void)type;
  char *text = text_of(env, description);
  if (text == NULL) return NULL;
  gc_error error = {""};
  char *caps = gc_source_caps(text, &error);
  free(text);
  if (caps == NULL) {
    throw_new(env, source_exception, error.text);
    return NULL;
  }
  jbyteArray result = bytes_of(env, caps);
  gc_free(caps);
  return result;
}

static jlong native_open(JNIEnv *env, jclass type, jbyteArray description) {
  (void)type;
  char *text = text_of(env, description);
  if (text == NULL) return 0;
  gc_error error = {""};
  gc_capture *capture = gc_open(text, &error);
  free(text);
  if (capture == NULL) throw_new(env, source_exception, error.text);
  return (jlong)(intptr_t)capture;
}

static jint native_pull(JNIEnv *env, jclass type, jlong handle, jobject target, jlong nanos) {
  (void)type;
  uint8_t *address = (*env)->GetDirectBufferAddress(env, target);
  jlong capacity = (*env)->GetDirectBufferCapacity(env, target);
  if (address == NULL || capacity < 0) {
    throw_new(env, source_exception, "frames can only be pulled into a direct buffer");
    return GC_FAILED;
  }
  return gc_pull(capture_of(handle), address, (size_t)capacity, nanos < 0 ? 0 : (uint64_t)nanos);
}

static jlong native_captured_at(JNIEnv *env, jclass type, jlong handle) {
  (void)env;
  (void)type;
  return gc_captured_at_millis(capture_of(handle));
}

static void native_set(JNIEnv *env, jclass type, jlong handle, jbyteArray element,
                       jbyteArray property, jlong value) {
  (void)type;
  char *name = text_of(env, element);
  char *what = name == NULL ? NULL : text_of(env, property);
  gc_error error = {""};
  if (what != NULL && !gc_set(capture_of(handle), name, what, value, &error)) {
    throw_new(env, source_exception, error.text);
  }
  free(what);
  free(name);
}

static jbyteArray native_last_error(JNIEnv *env, jclass type, jlong handle) {
  (void)type;
  gc_error error = {""};
  gc_last_error(capture_of(handle), &error);
  return bytes_of(env, error.text);
}

static void native_close(JNIEnv *env, jclass type, jlong handle) {
  (void)env;
  (void)type;
  gc_close(capture_of(handle));
}

static const JNINativeMethod methods[] = {
    {"version", "()[B", (void *)native_version},
    {"probe", "([B)I", (void *)native_probe},
    {"sourceCaps", "([B)[B", (void *)native_source_caps},
    {"open", "([B)J", (void *)native_open},
    {"pull", "(JLjava/nio/ByteBuffer;J)I", (void *)native_pull},
    {"capturedAtMillis", "(J)J", (void *)native_captured_at},
    {"set", "(J[B[BJ)V", (void *)native_set},
    {"lastError", "(J)[B", (void *)native_last_error},
    {"close", "(J)V", (void *)native_close},
};

// Before the table is registered: an older or newer GstNative must not get as far as a call.
static bool speaks_our_version(JNIEnv *env, jclass owner) {
  jfieldID field = (*env)->GetStaticFieldID(env, owner, "ABI", "I");
  if (field == NULL) return false;
  jint theirs = (*env)->GetStaticIntField(env, owner, field);
  if (theirs == GC_ABI) return true;
  jclass type = (*env)->FindClass(env, "java/lang/UnsatisfiedLinkError");
  if (type != NULL) {
    throw_new(env, type, "the capture library and the agent's jar are of different versions");
    (*env)->DeleteLocalRef(env, type);
  }
  return false;
}

JNIEXPORT jint JNICALL JNI_OnLoad(JavaVM *vm, void *reserved) {
  (void)reserved;
  JNIEnv *env = NULL;
  if ((*vm)->GetEnv(vm, (void **)&env, JNI_VERSION_10) != JNI_OK) return JNI_ERR;
  jclass owner = (*env)->FindClass(env, OWNER);
  if (owner == NULL || !speaks_our_version(env, owner)) return JNI_ERR;
  jclass thrown = (*env)->FindClass(env, SOURCE_EXCEPTION);
  if (thrown == NULL) return JNI_ERR;
  source_exception = (*env)->NewGlobalRef(env, thrown);
  (*env)->DeleteLocalRef(env, thrown);
  if (source_exception == NULL) return JNI_ERR;
  jint count = (jint)(sizeof methods / sizeof methods[0]);
  if ((*env)->RegisterNatives(env, owner, methods, count) != JNI_OK) return JNI_ERR;
  (*env)->DeleteLocalRef(env, owner);
  return JNI_VERSION_10;
}
