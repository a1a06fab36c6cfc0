// SPDX-License-Identifier: MIT
import 'dart:typed_data';

/// One picture of a camera, a JPEG unchanged to the byte.
class Frame {
  const Frame({
    required this.camera,
    required this.jpeg,
    required this.sequence,
    required this.width,
    required this.height,
    required this.age,
    required this.skipped,
    required this.receivedAt,
  });

  /// Builds a frame from the relay's `image_frame` and the binary message behind it.
  factory Frame.of(Map<String, Object?> message, Uint8List jpeg, Duration receivedAt) {
    int number(String key) {
      final Object? value = message[key];
      return value is num && value.isFinite ? value.toInt() : 0;
    }

    return Frame(
      camera: '${message['camera'] ?? message['from'] ?? ''}',
      jpeg: jpeg,
      sequence: number('sequence'),
      width: number('width'),
      height: number('height'),
      age: Duration(milliseconds: number('ageMs')),
      skipped: number('skipped'),
      receivedAt: receivedAt,
    );
  }

  final String camera;
  final Uint8List jpeg;

  /// The camera's count of frames; begins anew when the camera comes back.
  final int sequence;

  /// Pixels, 0 when unknown.
  final int width;
  final int height;

  /// From capture until the relay sent it.
  final Duration age;

  /// Frames of this camera that the relay left out since the one before.
  final int skipped;

  /// On the client's monotonic clock.
  final Duration receivedAt;
}

/// A row of the relay's list of cameras.
class CameraInfo {
  const CameraInfo({required this.name, required this.live, required this.fps, required this.viewers});

  factory CameraInfo.of(Map<String, Object?> row) {
    final Object? fps = row['fps'];
    final Object? viewers = row['viewers'];
    return CameraInfo(
      name: '${row['name'] ?? ''}',
      live: row['live'] == true,
      fps: fps is num ? fps.toDouble() : 0,
      viewers: viewers is num ? viewers.toInt() : 0,
    );
  }

  final String name;
  final bool live;
  final double fps;
  final int viewers;
}
