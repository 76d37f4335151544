# sentencepiece as packaging/setup builds it: two static libraries that bundle protobuf-lite and absl.
set(_spm "${ABLATE_DEPS}/sentencepiece")
if(NOT EXISTS "${_spm}/lib/libsentencepiece_train.a")
  message(FATAL_ERROR "no sentencepiece in '${_spm}': run packaging/setup")
endif()
add_library(sentencepiece INTERFACE)
target_include_directories(sentencepiece SYSTEM INTERFACE "${_spm}/include")
target_link_libraries(sentencepiece INTERFACE "${_spm}/lib/libsentencepiece_train.a" "${_spm}/lib/libsentencepiece.a" Threads::Threads)
