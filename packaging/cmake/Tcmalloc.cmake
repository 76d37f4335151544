# ablate_link_tcmalloc(TARGET): its allocations, LibTorch's included, go through tcmalloc unless ABLATE_TCMALLOC is off.
if(ABLATE_TCMALLOC)
  find_library(ABLATE_TCMALLOC_LIBRARY NAMES tcmalloc_minimal tcmalloc REQUIRED)
endif()
function(ablate_link_tcmalloc target)
  if(ABLATE_TCMALLOC)
    # First on the line: the first library that defines malloc serves everyone.
    target_link_options(${target} PRIVATE "LINKER:--no-as-needed" "${ABLATE_TCMALLOC_LIBRARY}")
  endif()
endfunction()
