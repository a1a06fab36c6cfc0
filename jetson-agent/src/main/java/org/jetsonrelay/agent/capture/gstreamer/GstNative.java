// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture.gstreamer;

import java.nio.ByteBuffer;
import org.jetsonrelay.agent.capture.SourceException;

/**
 * The capture library as it is: {@code native/src/jni_bridge.c} registers these methods when {@link
 * GstLibrary} loads it. Texts are UTF-8 without a NUL. A handle must be valid and lent for the
 * whole call: {@link GstCapture} sees to that, and nobody else calls these.
 */
final class GstNative {

  /**
   * Raised together with GC_ABI of gst_capture.h; the library refuses to load beside another one.
   */
  static final int ABI = 1;

  /** What {@link #pull} answers when no frame came in time. */
  static final int TIMEOUT = 0;

  /** What it answers after the last frame. */
  static final int END = -1;

  /** What it answers when the pipeline has broken down. */
  static final int FAILED = Integer.MIN_VALUE;

  /** Set in what {@link #probe} answers when the element can be made. */
  static final int EXISTS = 1;

  /** Set when it takes pictures in NVMM memory. */
  static final int SINKS_NVMM = 2;

  /** The longest text that may be passed. */
  static final int TEXT_BYTES_MAX = 16_384;

  private GstNative() {}

  static native byte[] version() throws SourceException;

  static native int probe(byte[] element);

  static native byte[] sourceCaps(byte[] description) throws SourceException;

  static native long open(byte[] description) throws SourceException;

  /**
   * A length, one of the three answers above, or -need when the buffer is too small by capacity.
   */
  static native int pull(long handle, ByteBuffer target, long timeoutNanos) throws SourceException;

  static native long capturedAtMillis(long handle);

  static native void set(long handle, byte[] element, byte[] property, long value)
      throws SourceException;

  static native byte[] lastError(long handle);

  static native void close(long handle);
}
