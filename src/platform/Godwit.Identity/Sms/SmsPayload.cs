using System.Text.Json.Serialization;

namespace Godwit.Identity.Sms;

/// <summary>What a waiting text message holds, encrypted.</summary>
/// <param name="To">The number, in the form of E.164.</param>
/// <param name="Code">Six digits.</param>
internal sealed record SmsPayload(string To, string Code);

/// <summary>What is posted to the service that sends it.</summary>
internal sealed record SmsPost(Guid Id, string To, string Text);

[JsonSerializable(typeof(SmsPayload))]
[JsonSerializable(typeof(SmsPost))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class SmsJson : JsonSerializerContext;
