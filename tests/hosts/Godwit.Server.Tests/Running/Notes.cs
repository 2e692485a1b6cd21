using System.Text.Json.Serialization;

namespace Godwit.Server.Tests.Running;

internal sealed record Note(string Text);

[JsonSerializable(typeof(Note))]
[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true)]
internal sealed partial class NoteJson : JsonSerializerContext;
