// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture;

/**
 * Makes a source, not opened yet, each time the camera is needed: no source has to be reusable
 * after a failure.
 */
@FunctionalInterface
public interface SourceFactory {

  /**
   * Makes a source.
   *
   * @throws SourceException when this source can never be opened on this machine; the message says
   *     why
   */
  Source create() throws SourceException;
}
