using System.Text.Json;
using System.Text.Json.Serialization;

namespace Godwit.Identity.People;

/// <summary>What is to be corrected: a member that is left out stays as it is, null takes the value away.</summary>
internal sealed record NameChange
{
    public JsonElement FirstName { get; init; }

    public JsonElement LastName { get; init; }
}

[JsonSerializable(typeof(NameChange))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, AllowDuplicateProperties = false)]
internal sealed partial class PersonJson : JsonSerializerContext;
