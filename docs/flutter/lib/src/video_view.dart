// SPDX-License-Identifier: MIT
import 'dart:async';
import 'dart:ui' as ui;

import 'package:flutter/widgets.dart';

import 'client.dart';
import 'frame.dart';

/// Shows one camera's newest picture.
///
/// Decodes one frame at a time; what comes meanwhile replaces each other, so that it never falls
/// behind. The picture shown stays until the next one is decoded: nothing flickers. Each decoded
/// image is disposed as soon as another one is shown.
class JetsonVideoView extends StatefulWidget {
  const JetsonVideoView({
    super.key,
    required this.client,
    this.camera,
    this.fit = BoxFit.contain,
    this.placeholder = const SizedBox.expand(),
  });

  final JetsonRelayClient client;

  /// The camera's name; null shows whichever frame comes.
  final String? camera;

  final BoxFit fit;

  /// Shown before the first picture.
  final Widget placeholder;

  @override
  State<JetsonVideoView> createState() => _JetsonVideoViewState();
}

class _JetsonVideoViewState extends State<JetsonVideoView> {
  StreamSubscription<Frame>? _subscription;
  ui.Image? _image;
  Frame? _waiting;
  bool _decoding = false;

  @override
  void initState() {
    super.initState();
    _listen();
  }

  @override
  void didUpdateWidget(JetsonVideoView old) {
    super.didUpdateWidget(old);
    if (old.client != widget.client || old.camera != widget.camera) {
      _waiting = null;
      _show(null);
      _listen();
    }
  }

  @override
  void dispose() {
    unawaited(_subscription?.cancel());
    _waiting = null;
    _image?.dispose();
    _image = null;
    super.dispose();
  }

  void _listen() {
    unawaited(_subscription?.cancel());
    _subscription = widget.client.frames.where((Frame frame) => _wanted(frame)).listen((Frame frame) {
      _waiting = frame;
      if (!_decoding) {
        unawaited(_decode());
      }
    });
  }

  bool _wanted(Frame frame) => widget.camera == null || frame.camera == widget.camera;

  Future<void> _decode() async {
    _decoding = true;
    try {
      for (Frame? frame = _waiting; frame != null && mounted; frame = _waiting) {
        _waiting = null;
        final ui.Image? image = await _decoded(frame);
        if (image == null) {
          continue;
        }
        if (mounted && _wanted(frame)) {
          setState(() => _show(image));
        } else {
          image.dispose();
        }
      }
    } finally {
      _decoding = false;
    }
  }

  /// Null when it is no picture: the next one may be.
  static Future<ui.Image?> _decoded(Frame frame) async {
    ui.ImmutableBuffer? buffer;
    ui.ImageDescriptor? descriptor;
    ui.Codec? codec;
    try {
      buffer = await ui.ImmutableBuffer.fromUint8List(frame.jpeg);
      descriptor = await ui.ImageDescriptor.encoded(buffer);
      codec = await descriptor.instantiateCodec();
      return (await codec.getNextFrame()).image;
    } on Exception {
      return null;
    } finally {
      codec?.dispose();
      descriptor?.dispose();
      buffer?.dispose();
    }
  }

  void _show(ui.Image? next) {
    final ui.Image? before = _image;
    _image = next;
    if (before != null) {
      // The frame being painted right now may still use it.
      WidgetsBinding.instance.addPostFrameCallback((_) => before.dispose());
    }
  }

  @override
  Widget build(BuildContext context) {
    final ui.Image? image = _image;
    return image == null ? widget.placeholder : RawImage(image: image, fit: widget.fit);
  }
}
