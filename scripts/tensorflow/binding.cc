// The binding of @tensorflow/tfjs-node with more calls: addFunction registers a graph as a function, which executeOp
// then runs by its name as if it were an operation. A training step is a thousand small operations; as one function it
// is handed over once, optimized as a whole, and its independent parts run side by side. And one that reads a tensor
// without holding up the thread that asks: a GPU is given more work meanwhile.
//
// The package's own source is taken in unchanged; only its initializer is wrapped.
#include <cstring>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include <node_api.h>
#include "tensorflow/c/c_api.h"
#include "tensorflow/c/eager/c_api.h"
#include "tensorflow/c/eager/c_api_experimental.h"

#define private public  // the eager context, which the functions are registered with
#include "binding/tfjs_backend.h"
#undef private

#undef NAPI_MODULE
#define NAPI_MODULE(name, initialize)
#include "binding/tfjs_binding.cc"
#undef NAPI_MODULE

namespace {

using tfnodejs::TFJSBackend;

struct Status {
  TF_Status *status = TF_NewStatus();
  ~Status() { TF_DeleteStatus(status); }
  bool Failed(napi_env env) const {
    if (TF_GetCode(status) == TF_OK) return false;
    napi_throw_error(env, nullptr, TF_Message(status));
    return true;
  }
};

bool ReadText(napi_env env, napi_value value, std::string *text) {
  size_t length = 0;
  if (napi_get_value_string_utf8(env, value, nullptr, 0, &length) != napi_ok) return false;
  text->resize(length);
  return napi_get_value_string_utf8(env, value, &(*text)[0], length + 1, &length) == napi_ok;
}

bool ReadTexts(napi_env env, napi_value list, std::vector<std::string> *texts) {
  uint32_t count = 0;
  if (napi_get_array_length(env, list, &count) != napi_ok) return false;
  for (uint32_t i = 0; i < count; i++) {
    napi_value item;
    std::string text;
    if (napi_get_element(env, list, i, &item) != napi_ok || !ReadText(env, item, &text)) return false;
    texts->push_back(text);
  }
  return true;
}

/**
 * addFunction(name: string, graph: Uint8Array, inputs: string[], outputs: string[], controls: string[])
 * graph: a serialized GraphDef. inputs: its placeholders, in the order of the function's arguments. outputs: nodes whose
 * first output is returned. controls: nodes that must run although nothing is returned of them.
 */
napi_value AddFunction(napi_env env, napi_callback_info info) {
  size_t count = 5;
  napi_value args[5];
  if (napi_get_cb_info(env, info, &count, args, nullptr, nullptr) != napi_ok) return nullptr;
  std::string name;
  std::vector<std::string> inputs, outputs, controls;
  void *data = nullptr;
  size_t length = 0;
  if (count != 5 || !ReadText(env, args[0], &name) ||
      napi_get_typedarray_info(env, args[1], nullptr, &length, &data, nullptr, nullptr) != napi_ok ||
      !ReadTexts(env, args[2], &inputs) || !ReadTexts(env, args[3], &outputs) || !ReadTexts(env, args[4], &controls)) {
    napi_throw_type_error(env, nullptr, "addFunction(name, graph, inputs, outputs, controls)");
    return nullptr;
  }
  TFJSBackend *backend = nullptr;
  if (napi_get_instance_data(env, reinterpret_cast<void **>(&backend)) != napi_ok || !backend) {
    napi_throw_error(env, nullptr, "the backend is gone");
    return nullptr;
  }

  Status status;
  std::unique_ptr<TF_Graph, decltype(&TF_DeleteGraph)> graph(TF_NewGraph(), TF_DeleteGraph);
  std::unique_ptr<TF_Buffer, decltype(&TF_DeleteBuffer)> bytes(TF_NewBufferFromString(data, length), TF_DeleteBuffer);
  std::unique_ptr<TF_ImportGraphDefOptions, decltype(&TF_DeleteImportGraphDefOptions)> options(TF_NewImportGraphDefOptions(), TF_DeleteImportGraphDefOptions);
  TF_GraphImportGraphDef(graph.get(), bytes.get(), options.get(), status.status);
  if (status.Failed(env)) return nullptr;

  auto find = [&](const std::vector<std::string> &names, std::vector<TF_Operation *> *found) {
    for (const std::string &wanted : names) {
      TF_Operation *operation = TF_GraphOperationByName(graph.get(), wanted.c_str());
      if (!operation) {
        napi_throw_error(env, nullptr, ("the graph has no node " + wanted).c_str());
        return false;
      }
      found->push_back(operation);
    }
    return true;
  };
  std::vector<TF_Operation *> from, to, always;
  if (!find(inputs, &from) || !find(outputs, &to) || !find(controls, &always)) return nullptr;
  std::vector<TF_Output> arguments, results;
  for (TF_Operation *operation : from) arguments.push_back({operation, 0});
  for (TF_Operation *operation : to) results.push_back({operation, 0});
  std::unique_ptr<TF_Function, decltype(&TF_DeleteFunction)> function(
      TF_GraphToFunctionWithControlOutputs(graph.get(), name.c_str(), 0, -1, nullptr, arguments.size(), arguments.data(), results.size(), results.data(),
                                           nullptr, always.size(), always.data(), nullptr, nullptr, nullptr, status.status),
      TF_DeleteFunction);
  if (status.Failed(env)) return nullptr;
  TFE_ContextAddFunction(backend->tfe_context_, function.get(), status.status);
  if (status.Failed(env)) return nullptr;
  return nullptr;
}

/** removeFunction(name: string) */
napi_value RemoveFunction(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value args[1];
  std::string name;
  TFJSBackend *backend = nullptr;
  if (napi_get_cb_info(env, info, &count, args, nullptr, nullptr) != napi_ok || count != 1 || !ReadText(env, args[0], &name) ||
      napi_get_instance_data(env, reinterpret_cast<void **>(&backend)) != napi_ok || !backend) {
    napi_throw_type_error(env, nullptr, "removeFunction(name)");
    return nullptr;
  }
  Status status;
  TFE_ContextRemoveFunction(backend->tfe_context_, name.c_str(), status.status);
  status.Failed(env);
  return nullptr;
}

/** A tensor on its way to the memory of this process. */
struct Reading {
  napi_async_work work = nullptr;
  napi_deferred deferred = nullptr;
  TFE_TensorHandle *handle = nullptr;
  TF_Tensor *tensor = nullptr;
  Status status;
  ~Reading() {
    if (tensor) TF_DeleteTensor(tensor);
    if (handle) TFE_DeleteTensorHandle(handle);
  }
};

/** In a thread of its own: waits for what computes the tensor and copies it. */
void Read(napi_env, void *data) {
  Reading *reading = static_cast<Reading *>(data);
  reading->tensor = TFE_TensorHandleResolve(reading->handle, reading->status.status);
}

void Give(napi_env env, napi_status, void *data) {
  std::unique_ptr<Reading> reading(static_cast<Reading *>(data));
  napi_value value, message;
  void *bytes = nullptr;
  if (TF_GetCode(reading->status.status) == TF_OK) {
    const size_t length = TF_TensorByteSize(reading->tensor);
    if (napi_create_arraybuffer(env, length, &bytes, &value) == napi_ok) {
      memcpy(bytes, TF_TensorData(reading->tensor), length);
      napi_resolve_deferred(env, reading->deferred, value);
    }
  } else if (napi_create_string_utf8(env, TF_Message(reading->status.status), NAPI_AUTO_LENGTH, &message) == napi_ok &&
             napi_create_error(env, nullptr, message, &value) == napi_ok) {
    napi_reject_deferred(env, reading->deferred, value);
  }
  napi_delete_async_work(env, reading->work);
}

/** readTensor(id: number): Promise<ArrayBuffer> */
napi_value ReadTensor(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value args[1], promise, name;
  int32_t id = 0;
  TFJSBackend *backend = nullptr;
  if (napi_get_cb_info(env, info, &count, args, nullptr, nullptr) != napi_ok || count != 1 || napi_get_value_int32(env, args[0], &id) != napi_ok ||
      napi_get_instance_data(env, reinterpret_cast<void **>(&backend)) != napi_ok || !backend) {
    napi_throw_type_error(env, nullptr, "readTensor(id)");
    return nullptr;
  }
  auto entry = backend->tfe_handle_map_.find(id);
  if (entry == backend->tfe_handle_map_.end()) {
    napi_throw_error(env, nullptr, "readTensor was asked for a tensor that is not there");
    return nullptr;
  }
  auto reading = std::make_unique<Reading>();
  // A handle of its own: the caller may delete its tensor before this is done.
  reading->handle = TFE_TensorHandleCopySharingTensor(entry->second, reading->status.status);
  if (reading->status.Failed(env)) return nullptr;
  if (napi_create_promise(env, &reading->deferred, &promise) != napi_ok || napi_create_string_utf8(env, "readTensor", NAPI_AUTO_LENGTH, &name) != napi_ok ||
      napi_create_async_work(env, nullptr, name, Read, Give, reading.get(), &reading->work) != napi_ok || napi_queue_async_work(env, reading->work) != napi_ok) {
    napi_throw_error(env, nullptr, "readTensor could not start");
    return nullptr;
  }
  reading.release();  // Give owns it now
  return promise;
}

napi_value Initialize(napi_env env, napi_value exports) {
  exports = tfnodejs::InitTFNodeJSBinding(env, exports);
  if (!exports) return nullptr;
  const napi_property_descriptor added[] = {
      {"addFunction", nullptr, AddFunction, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"removeFunction", nullptr, RemoveFunction, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"readTensor", nullptr, ReadTensor, nullptr, nullptr, nullptr, napi_default, nullptr},
  };
  if (napi_define_properties(env, exports, 3, added) != napi_ok) return nullptr;
  // As in TensorFlow for Python: what a GPU has no kernel for is computed by the processor.
  TFJSBackend *backend = nullptr;
  if (napi_get_instance_data(env, reinterpret_cast<void **>(&backend)) != napi_ok || !backend) return nullptr;
  Status status;
  TFE_ContextSetSoftDevicePlacement(backend->tfe_context_, 1, status.status);
  if (status.Failed(env)) return nullptr;
  return exports;
}

}  // namespace

NAPI_MODULE_INIT() { return Initialize(env, exports); }
