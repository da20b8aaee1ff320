package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/cilium/cilium/pkg/k8s/apis/cilium.io/client"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/objectmeta"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	metavalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"k8s.io/kubernetes/pkg/apis/networking"
	"k8s.io/kubernetes/pkg/apis/networking/install"
	networkingvalidation "k8s.io/kubernetes/pkg/apis/networking/validation"
)

// What the API server finds before it stores an object.

// resource is a custom resource as the API server serves it.
type resource struct {
	namespaced bool
	version    string
	structure  *schema.Structural
	validator  validation.SchemaValidator
	rules      *cel.Validator
}

// resources are Cilium's kinds, from the definitions that this Cilium registers itself.
var resources = map[string]*resource{
	"CiliumNetworkPolicy":            newResource(client.CNPCRDName),
	"CiliumClusterwideNetworkPolicy": newResource(client.CCNPCRDName),
}

func newResource(name string) *resource {
	served := client.GetPregeneratedCRD(logger, name)
	var definition apiextensions.CustomResourceDefinition
	must(apiextensionsv1.Convert_v1_CustomResourceDefinition_To_apiextensions_CustomResourceDefinition(&served, &definition, nil))
	version := served.Spec.Versions[0].Name
	found, err := apiextensions.GetSchemaForVersion(&definition, version)
	must(err)
	structure, err := schema.NewStructural(found.OpenAPIV3Schema)
	must(err)
	validator, _, err := validation.NewSchemaValidator(found.OpenAPIV3Schema)
	must(err)
	return &resource{
		namespaced: served.Spec.Scope == apiextensionsv1.NamespaceScoped,
		version:    served.Spec.Group + "/" + version,
		structure:  structure,
		validator:  validator,
		rules:      cel.NewValidator(structure, true, celconfig.PerCallLimit),
	}
}

// check goes the way of a request to create the object: decoding, defaults, validation, CEL. What is left of the object is
// what the agent gets to see.
func (r *resource) check(text []byte, drop bool) ([]byte, []string) {
	var content map[string]any
	if err := utiljson.Unmarshal(text, &content); err != nil {
		return nil, []string{err.Error()}
	}
	var errs []string
	if content["apiVersion"] != r.version {
		errs = append(errs, fmt.Sprintf("apiVersion: %v is not %s", content["apiVersion"], r.version))
	}
	_, _, unknown, err := objectmeta.GetObjectMetaWithOptions(content, objectmeta.ObjectMetaOptions{ReturnUnknownFieldPaths: true})
	if err != nil {
		return nil, append(errs, err.Error())
	}
	options := schema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true}
	unknown = append(unknown, pruning.PruneWithOptions(content, r.structure, true, options)...)
	for _, path := range unknown {
		if !drop {
			errs = append(errs, fmt.Sprintf("unknown field %q", path))
		}
	}
	defaulting.PruneNonNullableNullsWithoutDefaults(content, r.structure)
	defaulting.Default(content, r.structure)
	object := &unstructured.Unstructured{Object: content}
	found := metavalidation.ValidateObjectMetaAccessor(object, r.namespaced, metavalidation.NameIsDNSSubdomain, field.NewPath("metadata"))
	found = append(found, validation.ValidateCustomResource(nil, content, r.validator)...)
	found = append(found, objectmeta.Validate(nil, content, r.structure, false)...)
	found = append(found, listtype.ValidateListSetsAndMaps(nil, r.structure, content)...)
	if len(found) == 0 {
		found, _ = r.rules.Validate(context.Background(), nil, r.structure, content, nil, celconfig.RuntimeCELCostBudget)
	}
	for _, err := range found {
		errs = append(errs, err.Error())
	}
	if len(errs) > 0 {
		return nil, errs
	}
	kept, err := json.Marshal(content)
	must(err)
	return kept, nil
}

var kubernetes, strict, lax = kubernetesScheme()

// kubernetesScheme has the types of networking.k8s.io with their defaults, and decoders that refuse unknown fields or drop
// them.
func kubernetesScheme() (*runtime.Scheme, runtime.Decoder, runtime.Decoder) {
	scheme := runtime.NewScheme()
	install.Install(scheme)
	strict := serializer.NewCodecFactory(scheme, serializer.EnableStrict)
	lax := serializer.NewCodecFactory(scheme)
	return scheme, strict.UniversalDeserializer(), lax.UniversalDeserializer()
}

// checkNetworkPolicy does the same for Kubernetes' own kind.
func checkNetworkPolicy(text []byte, drop bool) ([]byte, []string) {
	decoder := strict
	if drop {
		decoder = lax
	}
	object, _, err := decoder.Decode(text, nil, nil)
	if err != nil {
		return nil, []string{err.Error()}
	}
	kubernetes.Default(object)
	var policy networking.NetworkPolicy
	if err := kubernetes.Convert(object, &policy, nil); err != nil {
		return nil, []string{err.Error()}
	}
	options := networkingvalidation.ValidationOptionsForNetworking(&policy, nil)
	var errs []string
	for _, err := range networkingvalidation.ValidateNetworkPolicy(&policy, options) {
		errs = append(errs, err.Error())
	}
	if len(errs) > 0 {
		return nil, errs
	}
	kept, err := json.Marshal(object)
	must(err)
	return kept, nil
}

// must is for what depends on no request.
func must(err error) { utilruntime.Must(err) }
