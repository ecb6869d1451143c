"""ImageBind (Girdhar et al., CVPR 2023): one embedding space for six modalities, written from its description."""
