// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.settings;

/**
 * A value as it was written.
 *
 * @param value the text
 * @param origin where it was written, as errors name it: an option, a variable, a line of a file
 */
record Setting(String value, String origin) {}
