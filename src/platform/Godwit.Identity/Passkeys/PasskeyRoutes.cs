using Godwit.Http.Problems;
using Godwit.Identity.Reference;
using Godwit.Identity.Requests;
using Microsoft.AspNetCore.Http;

namespace Godwit.Identity.Passkeys;

/// <summary>One's own passkeys, and signing in with one. Making one is open to who has no second factor where one is required: a passkey is.</summary>
internal static class PasskeyRoutes
{
    public static void Map(RouteMap routes)
    {
        routes.Public("POST", "/v1/auth/passkeys/login/options", async context =>
        {
            var request = context.Request.ContentLength is > 0 || context.Request.Headers.TransferEncoding.Count > 0 ? await JsonBody.ReadAsync(context, IdentityJson.Default.PasskeyLoginOptionsRequest) : new(null);
            await RouteMap.AnswerAsync(context, await routes.Get<PasskeyLogin>().BeginAsync(request, Client.Of(context), context.RequestAborted), IdentityJson.Default.PasskeyOptions);
        })
            .Says("Begins to sign in by a passkey", IdentityJson.Default.PasskeyOptions, IdentityJson.Default.PasskeyLoginOptionsRequest, bare: true, refuses: [429], example: """{"email":"ada@example.org"}""");
        routes.Public("POST", "/v1/auth/passkeys/login", async context =>
        {
            var answer = await JsonBody.ReadAsync(context, IdentityJson.Default.PasskeyAnswer);
            await RouteMap.AnswerAsync(context, await routes.Get<PasskeyLogin>().LoginAsync(answer, Client.Of(context), context.RequestAborted), IdentityJson.Default.IssuedTokens);
        })
            .Says("Signs in by a passkey", IdentityJson.Default.IssuedTokens, IdentityJson.Default.PasskeyAnswer, or: [IdentityJson.Default.BrowserSession], needs: "challenge credential", refuses: [401, 403, 429],
                example: """{"challenge":"of-the-answer-before","credential":{"type":"public-key"}}""", more: "The credential is what its toJSON gives.");
        routes.Private("POST", "/v1/auth/passkeys/registration/options", sensitive: true, enrols: true, answer: async (context, caller) =>
            await RouteMap.AnswerAsync(context, await routes.Get<OwnPasskeys>().BeginAsync(caller, context.RequestAborted), IdentityJson.Default.PasskeyOptions))
            .Says("Begins to make a passkey", IdentityJson.Default.PasskeyOptions, refuses: [409]);
        routes.Private("POST", "/v1/auth/passkeys/registration", sensitive: true, enrols: true, answer: async (context, caller) =>
        {
            var answer = await JsonBody.ReadAsync(context, IdentityJson.Default.PasskeyAnswer);
            await RouteMap.AnswerAsync(context, await routes.Get<OwnPasskeys>().RegisterAsync(caller, answer, Client.Of(context), context.RequestAborted), IdentityJson.Default.PasskeyDocument, StatusCodes.Status201Created);
        })
            .Says("Adds a passkey", IdentityJson.Default.PasskeyDocument, IdentityJson.Default.PasskeyAnswer, 201, needs: "challenge credential", refuses: [401, 409],
                example: """{"challenge":"of-the-answer-before","credential":{"type":"public-key"},"name":"The laptop"}""", more: "The credential is what its toJSON gives.");
        routes.Private("GET", "/v1/auth/passkeys", sensitive: false, enrols: true, answer: async (context, caller) =>
            await RouteMap.AnswerAsync(context, await routes.Get<OwnPasskeys>().ListAsync(caller, context.RequestAborted), IdentityJson.Default.IReadOnlyListPasskeyDocument))
            .Says("Lists one's passkeys", IdentityJson.Default.IReadOnlyListPasskeyDocument);
        routes.Private("PATCH", "/v1/auth/passkeys/{id:guid}", sensitive: true, async (context, caller) =>
        {
            await routes.Get<OwnPasskeys>().RenameAsync(caller, RouteMap.Id(context), await JsonBody.ReadAsync(context, IdentityJson.Default.PasskeyChange), Client.Of(context), context.RequestAborted);
            context.Response.StatusCode = 204;
        })
            .Says("Names a passkey", takes: IdentityJson.Default.PasskeyChange, needs: "name", example: """{"name":"The old laptop"}""");
        routes.Private("DELETE", "/v1/auth/passkeys/{id:guid}", sensitive: true, async (context, caller) =>
        {
            await routes.Get<OwnPasskeys>().RemoveAsync(caller, RouteMap.Id(context), Client.Of(context), context.RequestAborted);
            context.Response.StatusCode = 204;
        })
            .Says("Removes a passkey", refuses: [409]);
    }
}
