"""RTMP, the parts that both ends speak: values (AMF0), chunks, and the end that publishes."""
