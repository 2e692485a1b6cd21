using System.Text.Json.Serialization;

namespace Godwit.Identity.Roles;

/// <param name="Holders">Accounts that have it.</param>
internal sealed record RoleDocument(string Name, string Description, IReadOnlyList<string> Permissions, long Holders);

[JsonSerializable(typeof(IReadOnlyList<RoleDocument>))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class RoleJson : JsonSerializerContext;
