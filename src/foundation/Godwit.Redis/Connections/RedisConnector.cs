using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Godwit.Redis.Commands;
using Godwit.Redis.Faults;
using Godwit.Redis.Protocol;
using Godwit.Redis.Settings;

namespace Godwit.Redis.Connections;

/// <summary>Makes connections: TCP, TLS, HELLO 3 with the user, the database. What goes wrong is told without the password and without what the server said, which may quote it.</summary>
internal sealed class RedisConnector(RedisSettings settings, TimeProvider time)
{
    /// <exception cref="RedisConnectException">It could not be made.</exception>
    public async Task<RedisConnection> ConnectAsync(Action<RespValue.Sequence>? pushed, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(settings.ConnectTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var connection = await OpenAsync(pushed, both.Token);
            RedisMeter.Connected(made: true);
            return connection;
        }
        catch (Exception e)
        {
            // Whatever it was that the cancellation broke.
            cancellationToken.ThrowIfCancellationRequested();
            RedisMeter.Connected(made: false);
            throw e as RedisConnectException ?? new RedisConnectException($"no connection to Redis at {settings.Endpoint}: {Reason(e, limit.IsCancellationRequested)}", e);
        }
    }

    private async Task<RedisConnection> OpenAsync(Action<RespValue.Sequence>? pushed, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Stream? stream = null;
        RedisConnection? connection = null;
        try
        {
            await socket.ConnectAsync(settings.Host, settings.Port, cancellationToken);
            stream = new NetworkStream(socket, ownsSocket: true);
            if (settings.Tls)
                stream = await SecureAsync(stream, cancellationToken);
            var look = TimeSpan.FromTicks(Math.Max(TimeSpan.TicksPerMillisecond, settings.CommandTimeout.Ticks / 4));
            connection = new RedisConnection(stream, settings.Limits, settings.AnswerLimits, look, time, pushed);
            connection.Start();
            await GreetAsync(connection, cancellationToken);
            return connection;
        }
        catch
        {
            if (connection is not null)
                await connection.DisposeAsync();
            else if (stream is not null)
                await stream.DisposeAsync();
            else
                socket.Dispose();
            throw;
        }
    }

    private async Task<SslStream> SecureAsync(Stream stream, CancellationToken cancellationToken)
    {
        var errors = SslPolicyErrors.None;
        var secure = new SslStream(stream, leaveInnerStreamOpen: false);
        try
        {
            await secure.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = settings.CertificateName ?? settings.Host,
                    EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                    CertificateChainPolicy = ChainPolicy(),
                    // Nothing is let through: only what was wrong is kept, to be told.
                    RemoteCertificateValidationCallback = (_, _, _, found) => (errors = found) == SslPolicyErrors.None,
                },
                cancellationToken);
            return secure;
        }
        catch (AuthenticationException e) when (errors != SslPolicyErrors.None)
        {
            await secure.DisposeAsync();
            throw new RedisConnectException($"no connection to Redis at {settings.Endpoint}: its certificate does not hold: its chain, its dates or its name", e);
        }
        catch
        {
            await secure.DisposeAsync();
            throw;
        }
    }

    private X509ChainPolicy ChainPolicy()
    {
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck };
        if (settings.AuthorityFile is not { } file)
            return policy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new RedisConnectException($"the authorities that a Redis server's certificate is checked against cannot be read: {file}", e);
        }
        return policy.CustomTrustStore.Count > 0 ? policy : throw new RedisConnectException($"there is no certificate in {file}");
    }

    private async Task GreetAsync(RedisConnection connection, CancellationToken cancellationToken)
    {
        // HELLO takes a user with a password only; a server without one lets its default user in (https://redis.io/docs/latest/commands/hello/).
        RedisArgument[] hello = settings.Password is { } password
            ? ["3", "AUTH", settings.User ?? "default", password.Read(), "SETNAME", settings.ClientName]
            : ["3", "SETNAME", settings.ClientName];
        try
        {
            var answer = await AskAsync(connection, RedisCommand.Encode("HELLO", hello), cancellationToken);
            if ((answer as RespValue.Map)?["proto"]?.AsInteger() != 3)
                throw new RedisConnectException($"the server at {settings.Endpoint} does not speak RESP3: Redis 6 or later is needed");
            if (settings.Database != 0)
                await AskAsync(connection, RedisCommand.Encode("SELECT", settings.Database), cancellationToken);
        }
        catch (RedisRefusedException refused)
        {
            throw Refused(refused);
        }
    }

    /// <summary>Without the refusal itself: a server that does not know HELLO quotes its arguments, the password among them.</summary>
    private RedisConnectException Refused(RedisRefusedException refused) => new(refused.Code switch
    {
        "WRONGPASS" => $"the server at {settings.Endpoint} does not let the user {settings.User ?? "default"} in with this password (WRONGPASS)",
        "NOAUTH" => $"the server at {settings.Endpoint} wants a password (NOAUTH)",
        "NOPERM" => $"the user {settings.User ?? "default"} lacks a right to connect to {settings.Endpoint} (NOPERM)",
        "LOADING" => $"the server at {settings.Endpoint} is still loading its data (LOADING)",
        "NOPROTO" => $"the server at {settings.Endpoint} does not speak RESP3 (NOPROTO): Redis 6 or later is needed",
        "ERR" when refused.ServerMessage.Contains("unknown command", StringComparison.OrdinalIgnoreCase) => $"the server at {settings.Endpoint} does not know HELLO: Redis 6 or later is needed",
        var code => $"the server at {settings.Endpoint} refused the connection ({code})",
    });

    private async Task<RespValue> AskAsync(RedisConnection connection, RedisCommand command, CancellationToken cancellationToken)
    {
        var pending = new PendingCommand(command, time.After(settings.ConnectTimeout)).CanceledBy(cancellationToken);
        if (!connection.TrySend(pending))
            pending.Fail("the connection was closed at once");
        // Whoever ends the connection leaves what was not answered to us.
        if (await Task.WhenAny(pending.Task, connection.Closed) != pending.Task && await connection.Closed is { } ending)
            pending.Fail(ending.Reason, ending.Fault);
        return await pending.Task;
    }

    private static string Reason(Exception fault, bool late) => fault switch
    {
        _ when late => "it took too long",
        SocketException socket => $"{socket.SocketErrorCode}",
        AuthenticationException => "it does not agree on TLS 1.2 or 1.3: the port may be a plain one, or the server wants a certificate of its clients, which is not supported",
        IOException => "the connection was lost",
        RedisException redis => redis.Message,
        _ => fault.GetType().Name,
    };
}
