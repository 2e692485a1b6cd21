using System.Text.Json.Serialization;

namespace Godwit.Cli.Dev;

/// <param name="State"><c>absent</c>, <c>stopped</c> or <c>running</c>.</param>
/// <param name="Version">PostgreSQL's major version.</param>
internal sealed record DevServer(string State, string? Version, int? Port, string? Socket, int? ProcessId, string? Data, string Log);

internal sealed record DevStopped(bool Stopped);

internal sealed record DevDatabase(string Url, string PassFile, bool Created);

internal sealed record DevDropped(string Dropped);

internal sealed record DevFault(string Error, string? Remedy);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DevServer))]
[JsonSerializable(typeof(DevStopped))]
[JsonSerializable(typeof(DevDatabase))]
[JsonSerializable(typeof(DevDropped))]
[JsonSerializable(typeof(DevFault))]
internal sealed partial class DevJson : JsonSerializerContext;
