// The part of DJL's JNI library that Caudal's engine calls, for the PyTorch that is at hand: DJL's own binary
// works with the one PyTorch that it was built for. engine_on_gpu.sh compiles it.
#include <jni.h>
#include <sstream>
#include <string>
#include <vector>
#include <torch/script.h>
#include <torch/torch.h>
#ifdef WITH_CUDA
#include <c10/cuda/CUDACachingAllocator.h>
#endif
using torch::Tensor;
using torch::jit::IValue;
using Module = torch::jit::script::Module;
#define F(R, N) extern "C" JNIEXPORT R JNICALL Java_ai_djl_pytorch_jni_PyTorchLibrary_##N
#define BEGIN try {
#define END(R) } catch (const c10::Error& e) { fail(env, e.what_without_backtrace()); return R; } catch (const std::exception& e) { fail(env, e.what()); return R; }
static void fail(JNIEnv* env, const char* what) {
  env->ThrowNew(env->FindClass("ai/djl/engine/EngineException"), what);
}
template <typename T> static T& ref(jlong h) { return *reinterpret_cast<T*>(h); }
template <typename T> static jlong keep(T v) { return reinterpret_cast<jlong>(new T(std::move(v))); }
static std::vector<int64_t> longs(JNIEnv* env, jlongArray a) {
  std::vector<int64_t> v(env->GetArrayLength(a));
  env->GetLongArrayRegion(a, 0, v.size(), reinterpret_cast<jlong*>(v.data()));
  return v;
}
static std::string text(JNIEnv* env, jstring s) {
  const char* c = env->GetStringUTFChars(s, nullptr);
  std::string r(c);
  env->ReleaseStringUTFChars(s, c);
  return r;
}
static torch::Device device(JNIEnv* env, jintArray a) {
  jint v[2];
  env->GetIntArrayRegion(a, 0, 2, v);
  return v[0] == 0 ? torch::Device(torch::kCPU) : torch::Device(torch::kCUDA, (c10::DeviceIndex)v[1]);
}
static const torch::ScalarType TYPES[] = {torch::kFloat32, torch::kFloat64, torch::kFloat16, torch::kUInt8, torch::kInt32, torch::kInt8, torch::kInt64, torch::kBool};
static jint type_of(const Tensor& t) {
  for (int i = 0; i < 8; i++) if (TYPES[i] == t.scalar_type()) return i;
  return t.scalar_type() == torch::kBFloat16 ? 11 : 9;
}
F(jboolean, torchIsGradMode)(JNIEnv*, jobject) { return c10::GradMode::is_enabled(); }
F(void, torchSetGradMode)(JNIEnv*, jobject, jboolean on) { c10::GradMode::set_enabled(on); }
F(jint, torchGetNumInteropThreads)(JNIEnv*, jobject) { return torch::get_num_interop_threads(); }
F(jint, torchGetNumThreads)(JNIEnv*, jobject) { return torch::get_num_threads(); }
F(void, torchSetNumInteropThreads)(JNIEnv* env, jobject, jint n) { BEGIN torch::set_num_interop_threads(n); END() }
F(void, torchSetNumThreads)(JNIEnv* env, jobject, jint n) { BEGIN torch::set_num_threads(n); END() }
F(void, setGraphExecutorOptimize)(JNIEnv*, jobject, jboolean on) { torch::jit::setGraphExecutorOptimize(on); }
F(void, torchShowConfig)(JNIEnv* env, jobject, jobject set) {
  jmethodID add = env->GetMethodID(env->GetObjectClass(set), "add", "(Ljava/lang/Object;)Z");
  if (torch::cuda::is_available()) { env->CallBooleanMethod(set, add, env->NewStringUTF("CUDA")); env->CallBooleanMethod(set, add, env->NewStringUTF("CUDNN")); }
  if (at::globalContext().hasMKL()) env->CallBooleanMethod(set, add, env->NewStringUTF("MKL"));
  if (at::globalContext().hasMKLDNN()) env->CallBooleanMethod(set, add, env->NewStringUTF("MKLDNN"));
  env->CallBooleanMethod(set, add, env->NewStringUTF("OPENMP"));
}
F(jlongArray, torchSizes)(JNIEnv* env, jobject, jlong h) {
  auto s = ref<Tensor>(h).sizes();
  jlongArray r = env->NewLongArray(s.size());
  env->SetLongArrayRegion(r, 0, s.size(), reinterpret_cast<const jlong*>(s.data()));
  return r;
}
F(jint, torchDType)(JNIEnv*, jobject, jlong h) { return type_of(ref<Tensor>(h)); }
F(jintArray, torchDevice)(JNIEnv* env, jobject, jlong h) {
  auto d = ref<Tensor>(h).device();
  jint v[2] = {d.is_cuda() ? 1 : 0, d.has_index() ? d.index() : -1};
  jintArray r = env->NewIntArray(2);
  env->SetIntArrayRegion(r, 0, 2, v);
  return r;
}
F(jint, torchLayout)(JNIEnv*, jobject, jlong) { return 0; }
F(jbyteArray, torchDataPtr)(JNIEnv* env, jobject, jlong h) {
  BEGIN
  Tensor t = ref<Tensor>(h).cpu().contiguous();
  jbyteArray r = env->NewByteArray(t.nbytes());
  env->SetByteArrayRegion(r, 0, t.nbytes(), reinterpret_cast<const jbyte*>(t.data_ptr()));
  return r;
  END(nullptr)
}
F(jobject, torchDirectByteBuffer)(JNIEnv* env, jobject, jlong h) {
  Tensor& t = ref<Tensor>(h);
  return env->NewDirectByteBuffer(t.data_ptr(), t.nbytes());
}
F(jboolean, torchRequiresGrad)(JNIEnv*, jobject, jlong h) { return ref<Tensor>(h).requires_grad(); }
F(jlong, torchFromBlob)(JNIEnv* env, jobject, jobject buffer, jlongArray shape, jint type, jint, jintArray dev, jboolean) {
  BEGIN
  auto options = torch::TensorOptions().dtype(TYPES[type]);
  Tensor t = torch::from_blob(env->GetDirectBufferAddress(buffer), longs(env, shape), options);
  auto d = device(env, dev);
  return keep(d.is_cpu() ? t : t.to(d));
  END(0)
}
F(void, torchDeleteTensor)(JNIEnv*, jobject, jlong h) { delete reinterpret_cast<Tensor*>(h); }
F(void, torchDeleteModule)(JNIEnv*, jobject, jlong h) { delete reinterpret_cast<Module*>(h); }
F(void, torchDeleteIValue)(JNIEnv*, jobject, jlong h) { delete reinterpret_cast<IValue*>(h); }
F(void, torchCudaEmptyCache)(JNIEnv* env, jobject) {
#ifdef WITH_CUDA
  BEGIN c10::cuda::CUDACachingAllocator::emptyCache(); END()
#endif
}
F(jlong, moduleLoad__Ljava_io_InputStream_2_3IZ_3BJ)(JNIEnv* env, jobject, jobject in, jintArray dev, jboolean, jbyteArray buffer, jlong) {
  BEGIN
  jmethodID read = env->GetMethodID(env->GetObjectClass(in), "read", "([B)I");
  std::ostringstream all;
  std::vector<jbyte> part(env->GetArrayLength(buffer));
  for (jint n; (n = env->CallIntMethod(in, read, buffer)) > 0;) {
    env->GetByteArrayRegion(buffer, 0, n, part.data());
    all.write(reinterpret_cast<char*>(part.data()), n);
  }
  std::istringstream stream(all.str());
  return keep(torch::jit::load(stream, device(env, dev)));
  END(0)
}
F(void, moduleEval)(JNIEnv* env, jobject, jlong h) { BEGIN ref<Module>(h).eval(); END() }
F(void, moduleTrain)(JNIEnv* env, jobject, jlong h) { BEGIN ref<Module>(h).train(); END() }
F(jlong, moduleRunMethod)(JNIEnv* env, jobject, jlong h, jstring name, jlongArray arguments, jboolean, jboolean) {
  BEGIN
  std::vector<IValue> stack;
  for (int64_t one : longs(env, arguments)) stack.push_back(ref<IValue>(one));
  c10::InferenceMode guard(true);
  return keep(IValue(ref<Module>(h).get_method(text(env, name))(std::move(stack))));
  END(0)
}
F(jlong, iValueFromTensor)(JNIEnv*, jobject, jlong h) { return keep(IValue(ref<Tensor>(h))); }
F(jlong, iValueFromBool)(JNIEnv*, jobject, jboolean v) { return keep(IValue((bool)v)); }
F(jlong, iValueFromLong)(JNIEnv*, jobject, jlong v) { return keep(IValue((int64_t)v)); }
F(jlong, iValueFromDouble)(JNIEnv*, jobject, jdouble v) { return keep(IValue((double)v)); }
F(jlong, iValueFromString)(JNIEnv* env, jobject, jstring v) { return keep(IValue(text(env, v))); }
F(jlong, iValueFromLongList)(JNIEnv* env, jobject, jlongArray a) { return keep(IValue(longs(env, a))); }
F(jlong, iValueFromDoubleList)(JNIEnv* env, jobject, jdoubleArray a) {
  std::vector<double> v(env->GetArrayLength(a));
  env->GetDoubleArrayRegion(a, 0, v.size(), v.data());
  return keep(IValue(v));
}
F(jlong, iValueToTensor)(JNIEnv* env, jobject, jlong h) { BEGIN return keep(ref<IValue>(h).toTensor()); END(0) }
F(jlongArray, iValueToTensorList)(JNIEnv* env, jobject, jlong h) {
  BEGIN
  std::vector<jlong> kept;
  for (const Tensor& one : ref<IValue>(h).toTensorVector()) kept.push_back(keep(one));
  jlongArray r = env->NewLongArray(kept.size());
  env->SetLongArrayRegion(r, 0, kept.size(), kept.data());
  return r;
  END(nullptr)
}
F(jboolean, iValueIsTensor)(JNIEnv*, jobject, jlong h) { return ref<IValue>(h).isTensor(); }
F(jlongArray, moduleGetParams)(JNIEnv* env, jobject, jlong) { return env->NewLongArray(0); }
F(jobjectArray, moduleGetParamNames)(JNIEnv* env, jobject, jlong) { return env->NewObjectArray(0, env->FindClass("java/lang/String"), nullptr); }
F(jboolean, torchIsContiguous)(JNIEnv*, jobject, jlong h) { return ref<Tensor>(h).is_contiguous(); }
F(jlong, torchToContiguous)(JNIEnv* env, jobject, jlong h) { BEGIN return keep(ref<Tensor>(h).contiguous()); END(0) }
F(jlong, torchTo)(JNIEnv* env, jobject, jlong h, jint type, jintArray dev) {
  BEGIN
  Tensor& t = ref<Tensor>(h);
  return keep(t.to(device(env, dev), type == 11 ? torch::kBFloat16 : TYPES[type]));
  END(0)
}
