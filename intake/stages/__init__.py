"""Pure steps from pixels to values; no stage knows another, the spine passes values along."""
