"""ImageBind (Girdhar et al., CVPR 2023): one embedding space for six senses, written from its description."""
