// SPDX-License-Identifier: MIT
/// Pictures over plain HTTP: the list of cameras, single images, MJPEG streams, and cameras that
/// are fed by a POST.
@NullMarked
package org.jetsonrelay.server.picture;

import org.jspecify.annotations.NullMarked;
